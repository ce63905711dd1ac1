import { CompileError, formatType, nearestNames, type Size, symbolsOf, type ValueType } from "@yolo-compile/core";

/** A node has an op that the IR does not know. */
export const unknownOp = (op: string, known: Iterable<string>): CompileError => {
  const near = nearestNames(op, known);
  return new CompileError({
    code: "ir/op",
    message: `the op ${op} is not one that the IR knows`,
    ...(near.length > 0 && { hint: `did you mean ${near.join(", ")}?` }),
  });
};

/** An attribute is missing, not one of the op's, or of a value that the op does not take. */
export const attributeError = (op: string, name: string, expected: string, found: unknown): CompileError =>
  new CompileError({
    code: "ir/attribute",
    message: `${op}.${name} is ${JSON.stringify(found)}, expected ${expected}`,
  });

/** A node has too few or too many inputs. */
export const inputCount = (op: string, found: number, [fewest, most]: readonly [number, number]): CompileError =>
  new CompileError({
    code: "ir/inputs",
    message: `${op} has ${found} inputs, expected ${fewest === most ? fewest : `${fewest} to ${most}`}`,
  });

/** An input that the op needs is left out. */
export const inputMissing = (op: string, index: number): CompileError =>
  new CompileError({ code: "ir/inputs", message: `${op} needs its input ${index}, which is left out` });

const formatInputs = (inputs: readonly (ValueType | undefined)[]): string =>
  inputs.map((type) => (type ? formatType(type) : "_")).join(", ");

/** Inputs do not fit an op: their types or their sizes. */
export const typeError = (op: string, problem: string, inputs: readonly (ValueType | undefined)[]): CompileError =>
  new CompileError({
    code: "ir/type",
    message: `${op}(${formatInputs(inputs)}): ${problem}`,
  });

/** Types of inputs depend on symbols in a way that leaves an op's result open. `problem` ends before the symbols' names. */
export const undecidedSize = (
  op: string,
  problem: string,
  size: Size,
  inputs: readonly (ValueType | undefined)[],
): CompileError =>
  new CompileError({
    code: "ir/open-size",
    message: `${op}(${formatInputs(inputs)}): ${problem} ${symbolsOf(size).join(", ")}`,
    hint: "fix that side, or let its symbol count larger steps: 32*h for an image whose side is a multiple of 32",
  });

/** An integer is needed where a value has a size with symbols. */
export const openSize = (hint: string, axis: number, type: ValueType): CompileError =>
  new CompileError({
    code: "ir/open-size",
    message: `axis ${axis} of %${hint}, ${formatType(type)}, is ${type.shape[axis]}, an integer is needed there`,
    hint: "give the input of the graph fixed sizes",
  });

/** A graph breaks a rule that `verifyGraph` checks. */
export const invalidGraph = (graph: string, problem: string, where?: string): CompileError =>
  new CompileError({
    code: "ir/invalid",
    blame: "fault",
    message: `graph ${graph}: ${problem}`,
    ...(where && { where }),
  });

/** The text of a graph has something else than its grammar expects there. */
export const syntaxError = (where: string, found: string, expected: string): CompileError =>
  new CompileError({ code: "ir/syntax", message: `found ${found}, expected ${expected}`, where });

/** A constant is read whose content the text left out. */
export const elidedConstant = (hint: string, type: ValueType, crc: string): CompileError =>
  new CompileError({
    code: "ir/elided",
    message: `the content of %${hint}, ${formatType(type)} with crc32 ${crc}, was left out of the text`,
    hint: 'print the graph with { constants: "full" }',
  });
