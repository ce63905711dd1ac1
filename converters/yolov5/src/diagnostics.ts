import { CompileError, formatType, nearestNames, type TensorType } from "@yolo-compile/core";
import { type PyValue, repr } from "./python.js";

const short = (value: PyValue): string => {
  const text = repr(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

export const yamlSyntax = (file: string, error: unknown): CompileError => {
  const message = error instanceof Object && "message" in error ? String(error.message) : String(error);
  const [problem = message, ...excerpt] = message.split("\n");
  return new CompileError({
    code: "yaml/syntax",
    message: `${file} is no valid yaml: ${problem}`,
    details: excerpt.filter((line) => line.trim() !== ""),
  });
};

export const yamlTooLarge = (file: string, found: string, limit: string): CompileError =>
  new CompileError({
    code: "yaml/too-large",
    message: `${file} has ${found}, a YOLOv5 yaml has far less than ${limit}`,
    hint: "is this the model's yaml? Aliases count each time they are used",
  });

export const yamlUnsupported = (file: string, value: unknown): CompileError =>
  new CompileError({
    code: "yaml/unsupported",
    message: `${file} holds a value of kind ${Object.prototype.toString.call(value).slice(8, -1)}, expected numbers, texts, lists and mappings`,
  });

export const missingKeys = (file: string, missing: readonly string[], found: readonly string[]): CompileError =>
  new CompileError({
    code: "yaml/keys",
    message: `${file} has no ${missing.join(", ")}; it has ${found.slice(0, 12).join(", ") || "no keys"}`,
    hint: found.includes("scales")
      ? "a yaml with `scales` is a YOLOv8+ model, this compiles YOLOv5 yamls"
      : "a YOLOv5 model yaml has nc, depth_multiple, width_multiple, anchors, backbone and head",
  });

export const wrongKey = (file: string, key: string, found: PyValue, expected: string): CompileError =>
  new CompileError({ code: "yaml/value", message: `${key} is ${short(found)}, expected ${expected}`, where: file });

export const rowShape = (found: PyValue, where: string, expected: string): CompileError =>
  new CompileError({ code: "yaml/row", message: `found ${short(found)}, expected ${expected}`, where });

export const unknownModule = (module: string, known: Iterable<string>, where: string): CompileError => {
  const near = nearestNames(module, known);
  return new CompileError({
    code: "yolov5/module",
    message: `${module} is not a known module`,
    hint:
      near.length > 0
        ? `did you mean ${near.join(", ")}?`
        : "modules of your own can be registered through the library",
    where,
  });
};

export const forwardReference = (from: number, index: number, where: string): CompileError =>
  new CompileError({
    code: "yolov5/from",
    message: `\`from\` is ${from}, but only ${index === 0 ? "the image (-1)" : `outputs ${-index} to ${index - 1}`} exist at this row`,
    hint: "a row can only take what earlier rows made",
    where,
  });

export const emptySlot = (slot: number, filled: readonly number[], where: string): CompileError =>
  new CompileError({
    code: "yolov5/from",
    message: `\`from\` points at output ${slot}, which the backbone leaves empty; it fills ${filled.join(", ")}`,
    where,
  });

export const listOutput = (where: string): CompileError =>
  new CompileError({
    code: "yolov5/backbone",
    message: "a module that returns a list stands behind the first row",
    hint: "a list-returning backbone must be row 0",
    where,
  });

export const argumentError = (
  module: string,
  parameter: string,
  found: PyValue | undefined,
  expected: string,
  where: string,
): CompileError =>
  new CompileError({
    code: "yolov5/argument",
    message: `${module}: ${parameter} is ${found === undefined ? "missing" : short(found)}, expected ${expected}`,
    where,
  });

export const tooManyArguments = (
  module: string,
  count: number,
  signature: readonly string[],
  where: string,
): CompileError =>
  new CompileError({
    code: "yolov5/argument",
    message: `${module} is given ${count} arguments, it takes ${signature.length}: ${signature.join(", ")}`,
    where,
  });

export const inputCountError = (module: string, found: number, expected: string, where: string): CompileError =>
  new CompileError({ code: "yolov5/from", message: `${module} is given ${found} inputs, it takes ${expected}`, where });

export const unknownActivation = (name: string, known: Iterable<string>, where: string): CompileError => {
  const near = nearestNames(name, known);
  return new CompileError({
    code: "yolov5/activation",
    message: `${name} is not a known activation`,
    ...(near.length > 0 && { hint: `did you mean ${near.join(", ")}?` }),
    where,
  });
};

export const imageSize = (size: readonly number[], stride: number): CompileError => {
  const next = size.map((side) => Math.max(stride, Math.ceil(side / stride) * stride));
  return new CompileError({
    code: "yolov5/imgsz",
    message: `the image size ${size.join("x")} is no multiple of the model's stride ${stride}`,
    hint: `the next that is: --imgsz ${next[0] === next[1] ? next[0] : next.join(" ")}`,
  });
};

export const noHead = (name: string): CompileError =>
  new CompileError({ code: "yolov5/rows", message: `${name} has no rows`, hint: "backbone and head are both empty" });

export const weightMissing = (name: string, type: TensorType): CompileError =>
  new CompileError({ code: "weights/missing", message: `${name} ${formatType(type)} is not in the weights` });

export const tooLarge = (what: string, found: number, limit: number, where: string): CompileError =>
  new CompileError({ code: "yolov5/too-large", message: `${what} is ${found}, more than ${limit}`, where });
