import { CompileError, formatType, nearestNames, type TensorType } from "@yolo-compile/core";

export const unknownOp = (op: string, known: Iterable<string>): CompileError => {
  const near = nearestNames(op, known);
  return new CompileError({
    code: "ir/op",
    message: `the op ${op} is not one that the IR knows`,
    ...(near.length > 0 && { hint: `did you mean ${near.join(", ")}?` }),
  });
};

export const attributeError = (op: string, name: string, expected: string, found: unknown): CompileError =>
  new CompileError({
    code: "ir/attribute",
    message: `${op}.${name} is ${JSON.stringify(found)}, expected ${expected}`,
  });

export const inputCount = (op: string, found: number, [fewest, most]: readonly [number, number]): CompileError =>
  new CompileError({
    code: "ir/inputs",
    message: `${op} has ${found} inputs, expected ${fewest === most ? fewest : `${fewest} to ${most}`}`,
  });

export const inputMissing = (op: string, index: number): CompileError =>
  new CompileError({ code: "ir/inputs", message: `${op} needs its input ${index}, which is left out` });

export const typeError = (op: string, problem: string, inputs: readonly (TensorType | undefined)[]): CompileError =>
  new CompileError({
    code: "ir/type",
    message: `${op}(${inputs.map((type) => (type ? formatType(type) : "_")).join(", ")}): ${problem}`,
  });

export const invalidGraph = (graph: string, problem: string, where?: string): CompileError =>
  new CompileError({ code: "ir/invalid", message: `graph ${graph}: ${problem}`, ...(where && { where }) });

export const syntaxError = (where: string, found: string, expected: string): CompileError =>
  new CompileError({ code: "ir/syntax", message: `found ${found}, expected ${expected}`, where });

export const elidedConstant = (hint: string, type: TensorType, crc: string): CompileError =>
  new CompileError({
    code: "ir/elided",
    message: `the content of %${hint}, ${formatType(type)} with crc32 ${crc}, was left out of the text`,
    hint: 'print the graph with { constants: "full" }',
  });
