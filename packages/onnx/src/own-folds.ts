import {
  allocate,
  elementCount,
  fromNumbers,
  isFloat,
  rowStrides,
  type Tensor,
  type TensorData,
  toFloat64,
  toNumbers,
} from "@yolo-compile/core";
import { broadcast, broadcastOffsets } from "@yolo-compile/ir";
import type { ReadContext } from "./limits.js";
import { constantTensor } from "./read-constant.js";
import type { NodeRecord } from "./read-node.js";

/** A node of a file, to be computed. */
export interface FoldRequest {
  readonly record: NodeRecord;
  readonly context: ReadContext;
  readonly where: string;
  /** Says how many elements the result has before there are any. @throws onnx/limit */
  allow(elements: number): void;
}

/** The result of a node on constants; undefined where ONNX gives none. */
type Fold = (inputs: readonly Tensor[], request: FoldRequest) => Tensor | undefined;

/** The elements in an order that compares as numbers do: 64-bit integers stay exact. */
const comparable = (tensor: Tensor): ArrayLike<number | bigint> =>
  isFloat(tensor.dtype) ? toFloat64(tensor) : tensor.data;

function commonShape(tensors: readonly Tensor[], { allow }: FoldRequest): readonly number[] | undefined {
  let shape: readonly number[] | undefined = [];
  for (const tensor of tensors) shape = shape && (broadcast(shape, tensor.shape) as number[] | undefined); // of numbers
  if (shape) allow(elementCount(shape));
  return shape;
}

type Comparison = (a: number | bigint, b: number | bigint) => boolean;

const comparing =
  (compare: Comparison): Fold =>
  ([a, b], request) => {
    const shape = a && b && commonShape([a, b], request);
    if (!a || !b || !shape) return undefined;
    const [left, right, leftAt, rightAt] = [
      comparable(a),
      comparable(b),
      broadcastOffsets(a.shape, shape),
      broadcastOffsets(b.shape, shape),
    ];
    const data = allocate("bool", elementCount(shape));
    for (let index = 0; index < data.length; index++)
      data[index] = compare(left[leftAt(index)]!, right[rightAt(index)]!) ? 1 : 0;
    return { dtype: "bool", shape, data };
  };

const unary =
  (apply: (value: number) => number): Fold =>
  ([x], { allow }) => {
    if (!x) return undefined;
    allow(x.data.length);
    return { dtype: x.dtype, shape: x.shape, data: fromNumbers(x.dtype, toFloat64(x).map(apply)) };
  };

/** Copies elements of one of several tensors of one element type. */
function picked(
  dtype: Tensor["dtype"],
  shape: readonly number[],
  pick: (index: number) => readonly [source: TensorData, at: number],
): Tensor {
  const data = allocate(dtype, elementCount(shape));
  for (let index = 0; index < data.length; index++) {
    const [source, at] = pick(index);
    data[index] = source[at]!;
  }
  return { dtype, shape, data };
}

const where: Fold = ([condition, a, b], request) => {
  const shape = condition && a && b && commonShape([condition, a, b], request);
  if (!condition || !a || !b || !shape || a.dtype !== b.dtype) return undefined;
  const [conditionAt, leftAt, rightAt] = [condition, a, b].map((each) => broadcastOffsets(each.shape, shape)) as [
    (index: number) => number,
    (index: number) => number,
    (index: number) => number,
  ];
  return picked(a.dtype, shape, (index) =>
    condition.data[conditionAt(index)] ? [a.data, leftAt(index)] : [b.data, rightAt(index)],
  );
};

const range: Fold = (inputs, { allow }) => {
  const [start, limit, step] = inputs.map((input) => toNumbers(input)[0]);
  const { dtype } = inputs[0] ?? {};
  if (start === undefined || limit === undefined || !step || !dtype) return undefined;
  const count = Math.max(0, Math.ceil((limit - start) / step));
  allow(count);
  const values = Float64Array.from({ length: count }, (_, index) => start + index * step);
  return { dtype, shape: [count], data: fromNumbers(dtype, values) };
};

const filled: Fold = ([sizes], { record, context, where: place, allow }) => {
  if (!sizes) return undefined;
  const shape = toNumbers(sizes);
  allow(elementCount(shape));
  const value = record.attributes.size === 0 ? undefined : constantTensor(record, context, place).read();
  const dtype = value?.dtype ?? "f32";
  const data = allocate(dtype, elementCount(shape));
  const [element] = value?.data ?? [];
  for (let index = 0; element !== undefined && index < data.length; index++) data[index] = element;
  return { dtype, shape, data };
};

const tile: Fold = ([x, repeats], { allow }) => {
  if (!x || !repeats || repeats.data.length !== x.shape.length) return undefined;
  const counts = toNumbers(repeats);
  const shape = x.shape.map((size, axis) => size * counts[axis]!);
  allow(elementCount(shape));
  const [outer, inner] = [rowStrides(shape), rowStrides(x.shape)];
  return picked(x.dtype, shape, (index) => [
    x.data,
    x.shape.reduce((sum, size, axis) => sum + (Math.floor(index / outer[axis]!) % size) * inner[axis]!, 0),
  ]);
};

const product: Fold = ([x], { record }) => {
  if (!x || x.shape.length > 1 || record.inputs.length > 1) return undefined;
  const kept = record.attributes.get("keepdims");
  const keepdims = !(kept?.kind === "int" && kept.value === 0);
  const found = toNumbers(x).reduce((all, each) => all * each, 1);
  return { dtype: x.dtype, shape: keepdims ? x.shape.map(() => 1) : [], data: fromNumbers(x.dtype, [found]) };
};

const logical = (apply: (a: boolean, b: boolean) => boolean): Fold =>
  comparing((a, b) => apply(Boolean(a), Boolean(b)));

const not: Fold = ([x], request) => comparing((a) => !a)([x!, x!], request);

/** Ops on constants that the IR does not have, since no network computes with them: exporters make sizes and grids by them. */
export const OWN_FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ["And", logical((a, b) => a && b)],
  ["Ceil", unary(Math.ceil)],
  ["ConstantOfShape", filled],
  ["Equal", comparing((a, b) => a === b)],
  ["Floor", unary(Math.floor)],
  ["Greater", comparing((a, b) => a > b)],
  ["GreaterOrEqual", comparing((a, b) => a >= b)],
  ["Less", comparing((a, b) => a < b)],
  ["LessOrEqual", comparing((a, b) => a <= b)],
  ["Not", not],
  ["Or", logical((a, b) => a || b)],
  ["Range", range],
  ["ReduceProd", product],
  ["Tile", tile],
  ["Where", where],
]);
