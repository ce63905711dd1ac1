import { CompileError, formatType, nearestNames, type Size, type TensorType } from "@yolo-compile/core";
import { type PyDict, type PyValue, repr } from "./python.js";

const short = (value: PyValue): string => {
  const text = repr(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

/** For text that is no yaml; the parser's excerpt becomes the details. */
export const yamlSyntax = (file: string, error: unknown): CompileError => {
  const message = error instanceof Object && "message" in error ? String(error.message) : String(error);
  const [problem = message, ...excerpt] = message.split("\n");
  return new CompileError({
    code: "yaml/syntax",
    message: `${file} is no valid yaml: ${problem}`,
    details: excerpt.filter((line) => line.trim() !== ""),
  });
};

/** For a yaml, or one in a checkpoint, with more text, values or nesting than is read. */
export const yamlTooLarge = (file: string, found: string, limit: string): CompileError =>
  new CompileError({
    code: "yaml/too-large",
    message: `${file} has ${found}, the yaml of a model has far less than ${limit}`,
    hint: "is this the model's yaml? Aliases count each time they are used",
  });

/** For a value that is none of null, boolean, number, text, list and mapping, such as a date. */
export const yamlUnsupported = (file: string, value: unknown): CompileError =>
  new CompileError({
    code: "yaml/unsupported",
    message: `${file} holds a value of kind ${Object.prototype.toString.call(value).slice(8, -1)}, expected numbers, texts, lists and mappings`,
  });

/** For a document without one of the keys that its family requires. */
export const missingKeys = (
  file: string,
  document: PyDict,
  required: readonly string[],
  family: string,
): CompileError => {
  const found = [...document.keys()];
  const missing = required.filter((key) => !document.has(key));
  return new CompileError({
    code: "yaml/keys",
    message: `${file} has no ${missing.join(", ")}; it has ${found.slice(0, 12).join(", ") || "no keys"}`,
    hint: `a ${family} model yaml has ${required.slice(0, -1).join(", ")} and ${required.at(-1)}`,
  });
};

/** For a top-level value, or a whole document, of the wrong kind or size. */
export const wrongKey = (file: string, key: string, found: PyValue, expected: string): CompileError =>
  new CompileError({ code: "yaml/value", message: `${key} is ${short(found)}, expected ${expected}`, where: file });

/** For a row that is not [from, number, module, args], or one part of it that is wrong. */
export const rowShape = (found: PyValue, where: string, expected: string): CompileError =>
  new CompileError({ code: "yaml/row", message: `found ${short(found)}, expected ${expected}`, where });

/** For an export that should be a table of the user's own modules and is none. */
export const noModules = (file: string, found: string): CompileError =>
  new CompileError({
    code: "network/modules",
    message: `${file} exports no modules: \`modules\`, or the default export, is ${found}`,
    hint: "export const modules = { CBAM: defineModule({ … }) }",
  });

/** For one of the user's own modules whose definition is incomplete. */
export const noDefinition = (file: string, name: string, problem: string): CompileError =>
  new CompileError({ code: "network/definition", message: `${name} in ${file} is no module: ${problem}` });

/** For a row whose module is not in the table. */
export const unknownModule = (module: string, known: Iterable<string>, where: string): CompileError => {
  const near = nearestNames(module, known);
  return new CompileError({
    code: "network/module",
    message: `${module} is not a known module`,
    hint:
      near.length > 0
        ? `did you mean ${near.join(", ")}?`
        : "`yolo-compile modules` lists what there is; modules of your own are given by --modules FILE.mjs, or as `modules` of the library's requests",
    where,
  });
};

/** For a `from` that is none of the `index` outputs which earlier rows made. */
export const forwardReference = (from: number, index: number, where: string): CompileError =>
  new CompileError({
    code: "network/from",
    message: `\`from\` is ${from}, but only ${index === 0 ? "the image (-1)" : `outputs ${-index} to ${index - 1}`} exist at this row`,
    hint: "a row can only take what earlier rows made",
    where,
  });

/** For a `from` that points at a slot in front of the levels of a list-returning backbone. */
export const emptySlot = (slot: number, filled: readonly number[], where: string): CompileError =>
  new CompileError({
    code: "network/from",
    message: `\`from\` points at output ${slot}, which the backbone leaves empty; it fills ${filled.join(", ")}`,
    where,
  });

/** For a list-returning module in another row than the first. */
export const listOutput = (where: string): CompileError =>
  new CompileError({
    code: "network/backbone",
    message: "a module that returns a list stands behind the first row",
    hint: "a list-returning backbone must be row 0",
    where,
  });

/** For an argument that is missing, of the wrong kind or out of range. */
export const argumentError = (
  module: string,
  parameter: string,
  found: PyValue | undefined,
  expected: string,
  where: string,
): CompileError =>
  new CompileError({
    code: "network/argument",
    message: `${module}: ${parameter} is ${found === undefined ? "missing" : short(found)}, expected ${expected}`,
    where,
  });

/** For more arguments than the signature has names. */
export const tooManyArguments = (
  module: string,
  count: number,
  signature: readonly string[],
  where: string,
): CompileError =>
  new CompileError({
    code: "network/argument",
    message: `${module} is given ${count} arguments, it takes ${signature.length}: ${signature.join(", ")}`,
    where,
  });

/** For a keyword that is not in the signature. */
export const unknownKeyword = (
  module: string,
  keyword: string,
  signature: readonly string[],
  where: string,
): CompileError =>
  new CompileError({
    code: "network/argument",
    message: `${module} has no ${keyword}, it takes ${signature.join(", ") || "nothing"}`,
    where,
  });

/** For a list in `from` of a module that does not join inputs. */
export const inputCountError = (module: string, found: number, expected: string, where: string): CompileError =>
  new CompileError({
    code: "network/from",
    message: `${module} is given ${found} inputs, it takes ${expected}`,
    where,
  });

/** For a call that names no known activation of torch.nn. */
export const unknownActivation = (name: string, known: Iterable<string>, where: string): CompileError => {
  const near = nearestNames(name, known);
  return new CompileError({
    code: "network/activation",
    message: `${name} is not a known activation`,
    ...(near.length > 0 && { hint: `did you mean ${near.join(", ")}?` }),
    where,
  });
};

/** For an image size that is no multiple of the network's largest stride. */
export const imageSize = (size: readonly number[], stride: number): CompileError => {
  const next = size.map((side) => Math.max(stride, Math.ceil(side / stride) * stride));
  return new CompileError({
    code: "network/imgsz",
    message: `the image size ${size.join("x")} is no multiple of the model's stride ${stride}`,
    hint: `the next that is: --imgsz ${next[0] === next[1] ? next[0] : next.join(" ")}`,
  });
};

/** For a network with a level whose cells are no whole number of pixels: no image size fits its grid. */
export const brokenStride = (strides: readonly number[]): CompileError =>
  new CompileError({
    code: "network/stride",
    message: `the levels have strides of ${strides.map((stride) => +stride.toFixed(3)).join(", ")} pixels, expected whole numbers`,
    hint: "look at the rows that pad, pool or scale: a level's cells must divide the image into whole pixels",
  });

/** Advice where the size of a side decides whether a row can run. */
export const LARGER_STEPS =
  "leave that side of the image fixed, or let it count in larger steps: --dynamic height=64 width=64";

/** For two sides whose ratio depends on the image's open size. */
export const openRatio = (side: Size, other: Size, where: string): CompileError =>
  new CompileError({
    code: "network/open-size",
    message: `a side of ${side} is no fixed number of times longer than one of ${other}`,
    hint: LARGER_STEPS,
    where,
  });

/** For the best boxes of levels in a graph of open sides, which do not say how many boxes there are to choose from. */
export const openBest = (sides: readonly Size[], where: string): CompileError =>
  new CompileError({
    code: "network/open-size",
    message: `the best boxes of each level can be chosen from a fixed number of them, and the image is ${sides.join("x")}`,
    hint: "leave height and width out of --dynamic, or leave --top out",
    where,
  });

/** For a head without suppression that is asked for and not there. */
export const noEnd2end = (name: string): CompileError =>
  new CompileError({
    code: "network/end2end",
    message: `${name} has no head whose boxes need no suppression`,
    hint: "leave --end2end out",
  });

/** For a yaml whose backbone and head are both empty. */
export const noHead = (name: string): CompileError =>
  new CompileError({ code: "network/rows", message: `${name} has no rows`, hint: "backbone and head are both empty" });

/** For a network that grows past a limit of {@link NETWORK_LIMITS} while it is built. */
export const networkTooLarge = (what: string, found: number, limit: number, where: string): CompileError =>
  new CompileError({
    code: "network/too-large",
    message: `${what}: ${found.toLocaleString("en")}, the limit is ${limit.toLocaleString("en")}`,
    hint: "look at number, width_multiple, depth_multiple and the image size; --allow-huge builds it all the same",
    where,
  });

/** For a weight that would have an axis of no, of half or of endless elements: an argument of its module is out of range. */
export const impossibleShape = (name: string, shape: readonly number[], where: string): CompileError =>
  new CompileError({
    code: "network/shape",
    message: `${name} would have the shape [${shape.join(",")}], expected whole numbers from 1 on`,
    hint: "an argument of this row is out of range",
    where,
  });

/** For a constant that is read although neither the weights nor a fallback hold it. */
export const weightMissing = (name: string, type: TensorType): CompileError =>
  new CompileError({ code: "weights/missing", message: `${name} ${formatType(type)} is not in the weights` });
