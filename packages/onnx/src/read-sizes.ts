import {
  addSizes,
  divideSizes,
  floorDivide,
  isAtLeast,
  isFixed,
  multiplySizes,
  type Size,
  subtractSizes,
  toNumbers,
} from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { MOST_PARAMETERS } from "./limits.js";
import type { NodeRecord } from "./read-node.js";

/** Integers that a file computes from shapes: a vector, or a scalar of rank 0. */
export interface SizeVector {
  readonly sizes: readonly Size[];
  readonly scalar: boolean;
}

/** The inputs of a node that computes sizes; undefined for a value that holds none. */
type Operands = readonly (SizeVector | undefined)[];

type Rule = (operands: Operands, record: NodeRecord) => SizeVector | undefined;

const integer = ({ attributes }: NodeRecord, name: string, otherwise: number): number => {
  const found = attributes.get(name);
  return found?.kind === "int" ? found.value : otherwise;
};

const vector = (sizes: readonly Size[]): SizeVector => ({ sizes, scalar: false });

/** A calculation on pairs of sizes; a scalar, or a vector of one, is paired with every element of the other. */
const pairs =
  (calculate: (a: Size, b: Size) => Size | undefined): Rule =>
  ([a, b]) => {
    if (!a || !b) return undefined;
    const count = Math.max(a.sizes.length, b.sizes.length);
    if ([a, b].some(({ sizes }) => sizes.length !== count && sizes.length !== 1)) return undefined;
    const at = ({ sizes }: SizeVector, index: number): Size => sizes[sizes.length === 1 ? 0 : index]!;
    const made = Array.from({ length: count }, (_, index) => calculate(at(a, index), at(b, index)));
    return made.every((size) => size !== undefined) ? { sizes: made, scalar: a.scalar && b.scalar } : undefined;
  };

/** ONNX truncates, which is the floor where nothing is negative. */
const quotient = (a: Size, b: Size): Size | undefined =>
  divideSizes(a, b) ?? (isFixed(b) && b > 0 && isAtLeast(a, 0) ? floorDivide(a, b) : undefined);

const gather: Rule = ([data, indices], record) => {
  if (!data || !indices || integer(record, "axis", 0) !== 0) return undefined;
  const chosen = indices.sizes.map((at) => (isFixed(at) ? data.sizes.at(at) : undefined));
  return chosen.every((size) => size !== undefined) ? { sizes: chosen, scalar: indices.scalar } : undefined;
};

const slice: Rule = ([data, starts, ends, axes, steps]) => {
  const [start, end, step] = [starts, ends, steps ?? vector([1])].map((list) => list?.sizes[0]);
  if (!data || start === undefined || end === undefined || !isFixed(start) || !isFixed(end) || step !== 1)
    return undefined;
  return axes && axes.sizes[0] !== 0 ? undefined : vector(data.sizes.slice(start, end));
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Add", pairs(addSizes)],
  ["Sub", pairs(subtractSizes)],
  ["Mul", pairs(multiplySizes)],
  ["Div", pairs(quotient)],
  ["Cast", ([x]) => x],
  ["Identity", ([x]) => x],
  ["Concat", (parts) => (parts.every((part) => part) ? vector(parts.flatMap((part) => part!.sizes)) : undefined)],
  ["Gather", gather],
  ["Slice", slice],
  ["Squeeze", ([x]) => (x?.sizes.length === 1 ? { ...x, scalar: true } : undefined)],
  ["Unsqueeze", ([x]) => (x?.scalar ? vector(x.sizes) : undefined)],
]);

/** The sizes that a Shape node gives of its input. */
export function shapeSizes({ type }: Value, record: NodeRecord): SizeVector {
  const rank = type.shape.length;
  return vector(type.shape.slice(integer(record, "start", 0), integer(record, "end", rank)));
}

/** The result of a node on sizes; undefined if it has no formula, or more than 1024 elements. @throws core/size */
export function computedSizes(record: NodeRecord, operands: Operands): SizeVector | undefined {
  const found = RULES.get(record.op)?.(operands, record);
  const exact = found?.sizes.every((size) => !isFixed(size) || Number.isSafeInteger(size));
  return exact && found && found.sizes.length <= MOST_PARAMETERS ? found : undefined;
}

/** A constant as sizes; undefined if it is no vector or scalar of integers, or has more than 1024 elements. */
export function constantSizes({ constant }: Value): SizeVector | undefined {
  if (!constant || !["i64", "i32"].includes(constant.dtype)) return undefined;
  if (constant.shape.length > 1 || (constant.shape[0] ?? 1) > MOST_PARAMETERS) return undefined;
  return { sizes: toNumbers(constant.read()), scalar: constant.shape.length === 0 };
}
