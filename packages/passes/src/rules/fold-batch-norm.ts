import {
  castTensor,
  type DType,
  elementCount,
  fromNumbers,
  type LazyTensor,
  mapElements,
  sameShape,
  type Tensor,
  type TensorData,
  toFloat64,
} from "@yolo-compile/core";
import { lazyConstant, type Node, type OpName, type Value } from "@yolo-compile/ir";
import { isMiss, type Miss, miss, rule, soleFeeder } from "../rule.js";
import { type Affine, affineOf } from "./affine.js";

/** A weight as runs of elements of one output channel. */
interface Layout {
  readonly runLength: number;
  readonly channelOf: (run: number) => number;
}

/** The layout of a weight of that shape, for each op that has weights to fold into. A new op is one entry. */
const LAYOUTS: { readonly [Op in OpName]?: (feeder: Node<Op>, weight: readonly number[]) => Layout | Miss } = {
  // [filters, c/group, kh, kw]
  Conv: (_, weight) => ({
    runLength: elementCount(weight.slice(1)),
    channelOf: (run) => run,
  }),
  // [c, filters/group, kh, kw]
  ConvTranspose: (feeder, weight) => {
    const [channels, perGroup, h, w] = weight as [number, number, number, number];
    const channelsPerGroup = channels / feeder.attributes.group;
    return {
      runLength: h * w,
      channelOf: (run) => Math.floor(Math.floor(run / perGroup) / channelsPerGroup) * perGroup + (run % perGroup),
    };
  },
  // [columns, inner] with transB, else [inner, columns]
  Gemm: (feeder, weight) => {
    const { alpha, beta, transB } = feeder.attributes;
    if (alpha !== 1 || beta !== 1) return miss("the Gemm has an alpha or a beta");
    const bias = feeder.inputs[2]?.type.shape;
    const filters = feeder.outputs[0]!.type.shape[1]!;
    if (bias && !sameShape(bias, [filters])) return miss("the Gemm's bias is no vector of its columns");
    const columns = weight[1]!;
    return transB
      ? { runLength: columns, channelOf: (run) => run }
      : { runLength: 1, channelOf: (run) => run % columns };
  },
  // [inner, columns]; BatchNorm's channel axis is the last one only in two dimensions
  MatMul: (feeder, weight) => {
    const columns = weight.at(-1)!;
    if (feeder.outputs[0]!.type.shape.length !== 2) return miss("the MatMul's channels are not its last axis");
    return { runLength: 1, channelOf: (run) => run % columns };
  },
};

function layoutOf<Op extends OpName>(feeder: Node<Op>): Layout | Miss {
  const layout = LAYOUTS[feeder.op as Op]; // a type of its own op
  const weight = feeder.inputs[1]?.constant?.shape ?? []; // one that is computed is refused later
  return layout?.(feeder, weight) ?? miss(`the input comes from ${feeder.op}, which has no weights to fold into`);
}

/** The elements as the narrowest floats that hold them all. */
function floatsOf(dtype: DType, data: TensorData): Float32Array | Float64Array {
  const tensor = { dtype, shape: [data.length], data };
  return dtype === "f64" ? toFloat64(tensor) : (castTensor(tensor, "f32").data as Float32Array); // as cast
}

/** The weight with every element multiplied by its channel's scale; read when asked, rounded once. */
function scaledWeight(weight: Value, { runLength, channelOf }: Layout, scale: Float64Array): Value {
  const stored = weight.constant!;
  const { dtype } = stored;
  const scaled = (data: TensorData, at: number): TensorData => {
    const source = floatsOf(dtype, data);
    const { length } = source;
    const target = dtype === "f32" ? new Float32Array(length) : new Float64Array(length);
    for (let index = 0; index < length; ) {
      const run = Math.floor((at + index) / runLength);
      const factor = scale[channelOf(run)]!;
      const end = Math.min(length, (run + 1) * runLength - at);
      for (; index < end; index++) target[index] = source[index]! * factor;
    }
    return target instanceof Float32Array ? target : fromNumbers(dtype, target);
  };
  return lazyConstant(mapElements(stored, dtype, scaled), weight.hint);
}

/** b' = b · scale + shift */
function foldedBias(bias: Value | undefined, { scale, shift }: Affine, weight: LazyTensor, hint: string): Value {
  const before = bias?.constant ? toFloat64(bias.constant.read()) : new Float64Array(scale.length);
  const values = Array.from(before, (value, channel) => value * scale[channel]! + shift[channel]!);
  const { dtype } = weight;
  const tensor: Tensor = { dtype, shape: [values.length], data: fromNumbers(dtype, values) };
  return lazyConstant({ dtype, shape: tensor.shape, read: () => tensor }, hint);
}

/**
 * BatchNorm(W x + b) = (W · scale) x + (b · scale + shift), with scale = γ / √(var + ε) and shift = β − mean · scale, for
 * each output channel. Computed in float64, rounded once.
 */
export const foldBatchNorm = rule("fold-batch-norm", ["BatchNormalization"], (node, context, { replace }) => {
  const feeder = soleFeeder(context, node.inputs[0], node);
  if (isMiss(feeder)) return feeder;
  const layout = layoutOf(feeder);
  if (isMiss(layout)) return layout;
  const [x, weight, bias] = feeder.inputs;
  if (!weight?.constant || (bias && !bias.constant)) return miss(`the ${feeder.op}'s weights are computed`);
  const affine = affineOf(node);
  if (!affine) return miss("the statistics are computed");
  const scaled = scaledWeight(weight, layout, affine.scale);
  const shifted = foldedBias(bias, affine, weight.constant, weight.hint.replace(/weight$/, "bias"));
  const inputs = [x, scaled, shifted];
  return replace(
    node,
    (emit) => (feeder.op === "MatMul" ? emit("Gemm", inputs) : emit(feeder.op, inputs, feeder.attributes)),
    [feeder],
    [node],
  );
});
