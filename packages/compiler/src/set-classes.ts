import { isDict, isList, type PyValue, parseYaml } from "@yolo-compile/network";
import { wrongNames } from "./diagnostics.js";

/** The document with another number of classes. */
export const withClasses = (document: PyValue, nc: number): PyValue =>
  isDict(document) ? new Map([...document, ["nc", nc]]) : document;

/**
 * The class names of a data yaml of YOLO, by index: `names` is a list, or a mapping from index to name.
 * @throws yaml/…, compile/names
 */
export function readClassNames({ file, text }: { readonly file: string; readonly text: string }): readonly string[] {
  const document = parseYaml(text, file);
  const names = isDict(document) ? document.get("names") : document;
  const pairs: readonly (readonly [unknown, PyValue])[] =
    names === undefined ? [] : isList(names) ? [...names.entries()] : isDict(names) ? [...names] : [];
  const found = pairs.map(([key, name], index) => {
    if (Number(key) !== index || (typeof name !== "string" && typeof name !== "number")) throw wrongNames(file);
    return String(name);
  });
  if (found.length === 0) throw wrongNames(file);
  return found;
}
