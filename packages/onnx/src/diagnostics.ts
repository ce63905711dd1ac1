import { CompileError, type DType, formatType, nearestNames, type ValueType } from "@yolo-compile/core";
import { OPSETS } from "./opset-range.js";

const at = (where: string): { where?: string } => (where ? { where } : {});

/** The opset asked for is not one that can be written. */
export const opsetRange = (asked: number, { min, max }: { min: number; max: number }): CompileError =>
  new CompileError({
    code: "onnx/opset",
    message: `opset ${asked} was asked for, opsets ${min} to ${max} can be written`,
    hint: asked > max ? `ask for ${max}, which every later runtime runs too` : `ask for ${min} or later`,
  });

/**
 * The opset asked for lacks an element type or attribute value of an op. `from` is the first opset that has it, `until`
 * the last.
 */
export function missingInOpset(
  what: string,
  asked: number,
  { from, until }: { readonly from?: number | undefined; readonly until?: number | undefined },
  where: string,
): CompileError {
  const needs = from ? `opset ${from} or later` : until ? `opset ${until} or earlier` : "an op that ONNX does not have";
  const reachable = (from !== undefined && from <= OPSETS.max) || until !== undefined;
  return new CompileError({
    code: "onnx/opset",
    message: `${what} needs ${needs}, opset ${asked} was asked for`,
    hint: reachable ? `ask for opset ${from ?? until}, or use another op` : "cast to f32 around it, or use another op",
    ...at(where),
  });
}

/** An input is of an element type that ONNX does not allow there. */
export const inputTypeError = (
  op: string,
  index: number,
  found: ValueType,
  allowed: readonly DType[],
  where: string,
): CompileError =>
  new CompileError({
    code: "onnx/input-type",
    message: `input ${index} of ${op} is ${formatType(found)}, ONNX takes ${allowed.join(" or ")} there`,
    ...at(where),
  });

/** The encoded model is larger than protobuf allows. */
export const tooLarge = (bytes: number, limit: number): CompileError =>
  new CompileError({
    code: "onnx/too-large",
    message: `the model has ${bytes} bytes (${(bytes / 2 ** 30).toFixed(2)} GiB), protobuf allows ${limit}`,
    hint: "use float16 weights or a smaller model",
  });

/** A constant gives another type or length than it declares. */
export const constantRead = (hint: string, expected: string, found: string, bytes: number): CompileError =>
  new CompileError({
    code: "onnx/constant",
    blame: "fault",
    message: `the constant %${hint} of type ${expected} gave ${bytes} bytes of ${found} when it was read`,
  });

/** An output of the graph has the name of an input. */
export const nameClash = (name: string): CompileError =>
  new CompileError({
    code: "onnx/name",
    message: `the output ${name} has the name of an input`,
    hint: "ONNX needs every value under a name of its own: rename one of them",
  });

/** A node that is written takes a value that nothing defines. */
export const undefinedValue = (hint: string, where: string): CompileError =>
  new CompileError({
    code: "onnx/graph",
    blame: "fault",
    message: `%${hint} is used but nothing defines it`,
    ...at(where),
  });

/** A file is broken protobuf, has no graph or several, or an integer or name that is too large. */
export const malformed = (file: string, problem: string): CompileError =>
  new CompileError({
    code: "onnx/malformed",
    message: `${file} is no readable ONNX model: ${problem}`,
    hint: "is the file complete, and is it an .onnx file?",
  });

/** A file has more of something than the reader accepts. */
export const overLimit = (file: string, what: string, limit: number): CompileError =>
  new CompileError({ code: "onnx/limit", message: `${file} has more than ${limit} ${what}` });

/** A file states no opset of ai.onnx, or one that cannot be read. */
export const unreadOpset = (
  file: string,
  found: number | undefined,
  { min, max }: { min: number; max: number },
): CompileError =>
  new CompileError({
    code: "onnx/opset",
    message: `${file} is written in ${found === undefined ? "no opset of ai.onnx" : `opset ${found}`}, opsets ${min} to ${max} can be read`,
    hint: "export it again, or convert it with onnx.version_converter",
  });

/** A model has ops that the IR does not know; `found` says how often each occurs. */
export function unknownModelOps(
  file: string,
  found: ReadonlyMap<string, number>,
  known: readonly string[],
): CompileError {
  const line = ([op, count]: readonly [string, number]): string => {
    const near = nearestNames(op, known, 1);
    return `${op}, ${count} time${count === 1 ? "" : "s"}${near.length > 0 ? `; the nearest that can be read is ${near[0]}` : ""}`;
  };
  const shown = [...found].slice(0, 20).map(line);
  return new CompileError({
    code: "onnx/op",
    message: `${file} has ${found.size} op${found.size === 1 ? "" : "s"} that cannot be read`,
    details: found.size > shown.length ? [...shown, `and ${found.size - shown.length} more`] : shown,
  });
}

/** An input has a size that is not fixed. */
export const dynamicDimension = (what: string, axis: number, dimension: string, where: string): CompileError =>
  new CompileError({
    code: "onnx/dynamic",
    message: `axis ${axis} of ${what} is dynamic (${dimension})`,
    hint: "export the model with static shapes",
    ...at(where),
  });

/** A size has to be computed from a symbol that no input's shape holds by itself. */
export const unboundSymbol = (symbol: string): CompileError =>
  new CompileError({
    code: "onnx/size",
    message: `no input of the graph has a size that ${symbol} can be computed from`,
    hint: `make a size of an input linear in ${symbol} alone, such as 32*${symbol}`,
  });

/** An op takes a size as an attribute in the opset asked for, and the size has a symbol. */
export const computedAttribute = (
  op: string,
  attribute: string,
  asked: number,
  from: number,
  where: string,
): CompileError =>
  new CompileError({
    code: "onnx/opset",
    message: `${op}.${attribute} depends on symbols, which needs opset ${from} or later; opset ${asked} was asked for`,
    hint: `ask for opset ${from}`,
    ...at(where),
  });

/** A tensor's data are in another file, which is not opened. */
export const externalData = (tensor: string, where: string): CompileError =>
  new CompileError({
    code: "onnx/external-data",
    message: `the tensor ${tensor} lies in another file`,
    hint: "save the model with its data inside (onnx.save_model with save_as_external_data=False)",
    ...at(where),
  });

/** A file stores a tensor as sparse. */
export const sparseTensor = (what: string, where: string): CompileError =>
  new CompileError({ code: "onnx/sparse", message: `${what} is sparse, only dense tensors can be read`, ...at(where) });

/** A tensor or an input is of an element type that the IR does not have, or an input is no tensor. */
export const unreadDataType = (what: string, found: string, where: string): CompileError =>
  new CompileError({ code: "onnx/dtype", message: `${what} is of ${found}, which cannot be read`, ...at(where) });

/** A tensor's sizes cannot be used, or do not match its bytes. */
export const tensorError = (tensor: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/tensor", message: `the tensor ${tensor} ${problem}`, ...at(where) });

/** A file's node has an attribute that cannot be read, or lacks one. */
export const modelAttribute = (op: string, name: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/attribute", message: `${op}.${name} ${problem}`, ...at(where) });

/** A file's node cannot be read into the IR. */
export const modelNode = (op: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/node", message: `${op}: ${problem}`, ...at(where) });

/**
 * A file's graph is inconsistent: a value is defined twice or used too early, its declaration is wrong, outputs are
 * missing.
 */
export const modelGraph = (problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/graph", message: problem, ...at(where) });
