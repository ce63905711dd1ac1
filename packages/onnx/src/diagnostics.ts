import { CompileError, type DType, formatType, nearestNames, type TensorType } from "@yolo-compile/core";

const at = (where: string): { where?: string } => (where ? { where } : {});

export const opsetRange = (asked: number, { min, max }: { min: number; max: number }): CompileError =>
  new CompileError({
    code: "onnx/opset",
    message: `opset ${asked} was asked for, opsets ${min} to ${max} can be written`,
    hint: asked > max ? `ask for ${max}, which every later runtime runs too` : `ask for ${min} or later`,
  });

export function missingInOpset(
  what: string,
  asked: number,
  { from, until }: { readonly from?: number | undefined; readonly until?: number | undefined },
  where: string,
): CompileError {
  const needs = from ? `opset ${from} or later` : until ? `opset ${until} or earlier` : "an op that ONNX does not have";
  const reachable = (from !== undefined && from <= 21) || until !== undefined;
  return new CompileError({
    code: "onnx/opset",
    message: `${what} needs ${needs}, opset ${asked} was asked for`,
    hint: reachable ? `ask for opset ${from ?? until}, or use another op` : "cast to f32 around it, or use another op",
    ...at(where),
  });
}

export const inputTypeError = (
  op: string,
  index: number,
  found: TensorType,
  allowed: readonly DType[],
  where: string,
): CompileError =>
  new CompileError({
    code: "onnx/input-type",
    message: `input ${index} of ${op} is ${formatType(found)}, ONNX takes ${allowed.join(" or ")} there`,
    ...at(where),
  });

export const tooLarge = (bytes: number, limit: number): CompileError =>
  new CompileError({
    code: "onnx/too-large",
    message: `the model has ${bytes} bytes (${(bytes / 2 ** 30).toFixed(2)} GiB), protobuf allows ${limit}`,
    hint: "use float16 weights or a smaller model",
  });

export const constantRead = (hint: string, expected: string, found: string, bytes: number): CompileError =>
  new CompileError({
    code: "onnx/constant",
    message: `the constant %${hint} of type ${expected} gave ${bytes} bytes of ${found} when it was read`,
  });

export const nameClash = (name: string): CompileError =>
  new CompileError({
    code: "onnx/name",
    message: `the output ${name} has the name of an input`,
    hint: "ONNX needs every value under a name of its own: rename one of them",
  });

export const undefinedValue = (hint: string, where: string): CompileError =>
  new CompileError({ code: "onnx/graph", message: `%${hint} is used but nothing defines it`, ...at(where) });

export const malformed = (file: string, problem: string): CompileError =>
  new CompileError({
    code: "onnx/malformed",
    message: `${file} is no readable ONNX model: ${problem}`,
    hint: "is the file complete, and is it an .onnx file?",
  });

export const overLimit = (file: string, what: string, limit: number): CompileError =>
  new CompileError({ code: "onnx/limit", message: `${file} has more than ${limit} ${what}` });

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

/** `found`: how often each of them occurs. */
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

export const dynamicDimension = (what: string, axis: number, dimension: string, where: string): CompileError =>
  new CompileError({
    code: "onnx/dynamic",
    message: `axis ${axis} of ${what} is dynamic (${dimension})`,
    hint: "export the model with static shapes",
    ...at(where),
  });

export const externalData = (tensor: string, where: string): CompileError =>
  new CompileError({
    code: "onnx/external-data",
    message: `the tensor ${tensor} lies in another file`,
    hint: "save the model with its data inside (onnx.save_model with save_as_external_data=False)",
    ...at(where),
  });

export const sparseTensor = (what: string, where: string): CompileError =>
  new CompileError({ code: "onnx/sparse", message: `${what} is sparse, only dense tensors can be read`, ...at(where) });

export const unreadDataType = (what: string, found: string, where: string): CompileError =>
  new CompileError({ code: "onnx/dtype", message: `${what} is of ${found}, which cannot be read`, ...at(where) });

export const tensorError = (tensor: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/tensor", message: `the tensor ${tensor} ${problem}`, ...at(where) });

export const modelAttribute = (op: string, name: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/attribute", message: `${op}.${name} ${problem}`, ...at(where) });

export const modelNode = (op: string, problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/node", message: `${op}: ${problem}`, ...at(where) });

export const modelGraph = (problem: string, where: string): CompileError =>
  new CompileError({ code: "onnx/graph", message: problem, ...at(where) });
