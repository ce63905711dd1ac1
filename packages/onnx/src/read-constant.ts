import { type LazyTensor, type Tensor, tensorOf } from "@yolo-compile/core";
import { modelNode } from "./diagnostics.js";
import type { ReadContext } from "./limits.js";
import type { AttributeRecord, NodeRecord } from "./read-node.js";
import { readTensor } from "./read-tensor.js";

type Reader = (found: AttributeRecord, context: ReadContext, where: string) => LazyTensor | undefined;

const held = (tensor: Tensor): LazyTensor => ({ ...tensor, read: () => tensor });

const LAST_INT64 = 2n ** 63n - 1n;

const int64Of = (value: number): bigint => (value >= 2 ** 63 ? LAST_INT64 : BigInt(value));

/** A Constant node has one of these attributes. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    "value",
    (found, context, where) => (found.kind === "tensor" ? readTensor(found.value, context, where).tensor : undefined),
  ],
  ["value_float", (found) => (found.kind === "float" ? held(tensorOf("f32", [], [found.value])) : undefined)],
  [
    "value_floats",
    (found) => (found.kind === "floats" ? held(tensorOf("f32", [found.value.length], found.value)) : undefined),
  ],
  ["value_int", (found) => (found.kind === "int" ? int64Tensor([], [found.value]) : undefined)],
  ["value_ints", (found) => (found.kind === "ints" ? int64Tensor([found.value.length], found.value) : undefined)],
]);

const int64Tensor = (shape: readonly number[], values: readonly number[]): LazyTensor =>
  held({ dtype: "i64", shape, data: BigInt64Array.from(values, int64Of) });

/** The tensor of a Constant node. @throws onnx/node unless it has exactly one, a dense one of numbers */
export function constantTensor({ attributes }: NodeRecord, context: ReadContext, where: string): LazyTensor {
  const [given, ...more] = attributes;
  const tensor = given && more.length === 0 ? READERS.get(given[0])?.(given[1], context, where) : undefined;
  if (!tensor)
    throw modelNode(
      "Constant",
      `its attributes are [${[...attributes.keys()].join(", ")}], expected one of ${[...READERS.keys()].join(", ")}`,
      where,
    );
  return tensor;
}
