import { isPyFloat } from "@yolo-compile/weights";
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  floatYaml11Tag,
  intYaml11Tag,
  load,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  realMapTag,
} from "js-yaml";
import { yamlSyntax, yamlTooLarge, yamlUnsupported } from "./diagnostics.js";
import type { PyValue } from "./python.js";

/** The most characters of a yaml; networks' have about 2,000. */
const MAX_TEXT = 1 << 20;
/** The most values of a yaml: the largest official one has about 1,000; expanded aliases count each time. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 32;

/** Floats stay apart from ints, since the summary prints them as Python does. */
const floatTag = defineScalarTag("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: floatYaml11Tag.implicitFirstChars,
  resolve: (source, isExplicit, tagName) => {
    const value = floatYaml11Tag.resolve(source, isExplicit, tagName);
    return value === NOT_RESOLVED ? NOT_RESOLVED : { pyFloat: value };
  },
  identify: () => false,
});

/** Y, y, N and n, which YAML 1.1 takes for booleans, are texts to PyYAML. */
const boolTag = defineScalarTag("tag:yaml.org,2002:bool", {
  implicit: true,
  implicitFirstChars: boolYaml11Tag.implicitFirstChars,
  resolve: (source, isExplicit, tagName) =>
    source.length === 1 ? NOT_RESOLVED : boolYaml11Tag.resolve(source, isExplicit, tagName),
  identify: () => false,
});

const SCHEMA = CORE_SCHEMA.withTags(boolTag, intYaml11Tag, nullYaml11Tag, floatTag, mergeTag, realMapTag);

/**
 * A yaml file as plain Python values, by PyYAML's rules (YAML 1.1 scalars).
 * @throws yaml/syntax, yaml/too-large, yaml/unsupported
 */
export function parseYaml(text: string, file: string): PyValue {
  if (text.length > MAX_TEXT) throw yamlTooLarge(file, `${text.length} characters`, `${MAX_TEXT}`);
  let document: unknown;
  try {
    document = load(text, { schema: SCHEMA, filename: file, maxAliases: 100, maxDepth: MAX_DEPTH });
  } catch (error) {
    throw yamlSyntax(file, error);
  }
  return toPython(document, file);
}

/**
 * Plain JavaScript data (parsed yaml, a pickled `yaml` attribute) as Python values.
 * @throws yaml/too-large, yaml/unsupported
 */
export function toPython(data: unknown, file: string): PyValue {
  let count = 0;
  const convert = (item: unknown, depth: number): PyValue => {
    if (++count > MAX_VALUES) throw yamlTooLarge(file, `more than ${MAX_VALUES} values`, `${MAX_VALUES}`);
    if (depth > MAX_DEPTH) throw yamlTooLarge(file, `nesting deeper than ${MAX_DEPTH}`, `${MAX_DEPTH}`);
    if (item === null || typeof item === "boolean" || typeof item === "string") return item;
    if (typeof item === "number") return Number.isInteger(item) ? item : { pyFloat: item };
    if (Array.isArray(item)) return item.map((each) => convert(each, depth + 1));
    if (typeof item !== "object" || item instanceof Date) throw yamlUnsupported(file, item);
    if (isPyFloat(item)) return item;
    const entries = item instanceof Map ? [...item] : Object.entries(item);
    return new Map(entries.map(([key, value]) => [String(key), convert(value, depth + 1)]));
  };
  return convert(data, 0);
}
