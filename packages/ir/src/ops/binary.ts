import { elementCount, isFloat, type Tensor, type TensorType, toFloat64 } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { type OpContext, op } from "../schema.js";
import type { OpsetSupport } from "../support.js";
import { broadcastOffsets, broadcastShapes } from "./broadcast.js";
import { checkElementTypes, inputType } from "./context.js";
import { integersOf, roundTo, wrapTo } from "./rounding.js";

/** One operation on two numbers. */
export interface Arithmetic {
  readonly float: (a: number, b: number) => number;
  /** Exact, on integers; undefined where there is no result. Left out: `float`, truncated. */
  readonly integer?: (a: bigint, b: bigint) => bigint | undefined;
}

/** An op with numpy broadcasting of its two inputs. Integers wrap around; their division truncates. */
export const binary = (support: OpsetSupport, { float, integer }: Arithmetic) =>
  op({
    support,
    inputs: [2, 2],
    attributes: {},
    infer: (node) => {
      checkElementTypes(node);
      return [{ dtype: inputType(node, 0).dtype, shape: broadcastShapes(node) }];
    },
    fold: (node, [a, b], [type]) => {
      const exact = integer && !isFloat(a!.dtype);
      return [exact ? foldIntegers(node, type!, [a!, b!], integer) : foldNumbers(node, type!, [a!, b!], float)];
    },
    traits: { elementwise: "binary" },
  });

type Pair = readonly [Tensor, Tensor];

function foldNumbers(node: OpContext, { dtype, shape }: TensorType, [a, b]: Pair, apply: Arithmetic["float"]): Tensor {
  const [left, right] = [toFloat64(a), toFloat64(b)];
  const [leftAt, rightAt] = [broadcastOffsets(a.shape, shape), broadcastOffsets(b.shape, shape)];
  const numbers = new Float64Array(elementCount(shape));
  for (let index = 0; index < numbers.length; index++)
    numbers[index] = apply(left[leftAt(index)]!, right[rightAt(index)]!);
  return { dtype, shape, data: roundTo(node, dtype, numbers) };
}

function foldIntegers(
  node: OpContext,
  { dtype, shape }: TensorType,
  [a, b]: Pair,
  apply: NonNullable<Arithmetic["integer"]>,
): Tensor {
  const [left, right] = [integersOf(a), integersOf(b)];
  const [leftAt, rightAt] = [broadcastOffsets(a.shape, shape), broadcastOffsets(b.shape, shape)];
  const data = wrapTo(dtype, elementCount(shape), (index) => {
    const result = apply(left(leftAt(index)), right(rightAt(index)));
    if (result === undefined) throw typeError(node.op, "an integer is divided by 0", node.inputs);
    return result;
  });
  return { dtype, shape, data };
}
