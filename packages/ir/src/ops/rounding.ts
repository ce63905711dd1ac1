import { allocate, type DType, fromNumbers, isFloat, type Tensor, type TensorData } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import type { OpContext } from "../schema.js";

/** Float64 results rounded once to `dtype`. @throws ir/type where an integer would be inf or nan */
export function roundTo(node: OpContext, dtype: DType, numbers: Float64Array): TensorData {
  if (!isFloat(dtype) && !numbers.every(Number.isFinite))
    throw typeError(node.op, `inf and nan have no ${dtype}`, node.inputs);
  return fromNumbers(dtype, numbers);
}

/** `count` integers as an integer `dtype` keeps them: modulo its range. */
export function wrapTo(dtype: DType, count: number, integerAt: (index: number) => bigint): TensorData {
  const data = allocate(dtype, count);
  for (let index = 0; index < count; index++) {
    const value = integerAt(index);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt.asIntN(64, value);
    else data[index] = Number(dtype === "bool" ? value !== 0n : BigInt.asIntN(32, value));
  }
  return data;
}

/** The elements of an integer tensor, exact. */
export const integersOf = ({ data }: Tensor): ((index: number) => bigint) => {
  return (index) => BigInt(data[index]!);
};
