import {
  allocate,
  castTensor,
  elementCount,
  fromNumbers,
  type LazyTensor,
  sameShape,
  type Tensor,
  toFloat64,
} from "@yolo-compile/core";
import { lazyConstant, type Node, numberOf, type Value } from "@yolo-compile/ir";
import { constantInputs, isMissing, miss, type Patch, type Rule, replace, soleFeeder } from "../rule.js";

/** BatchNorm as y = x * scale + shift, in float64. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** scale = γ / √(var + ε), shift = β − mean · scale */
function affineOf(node: Node): Affine | undefined {
  const vectors = constantInputs(node, [1, 2, 3, 4]);
  if (!vectors) return undefined;
  const [gamma, beta, mean, variance] = vectors.map((vector) => toFloat64(vector!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const epsilon = numberOf(node, "epsilon");
  const scale = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  return { scale, shift: beta.map((value, channel) => value - mean[channel]! * scale[channel]!) };
}

/** A weight as runs of elements of one output channel. */
interface Layout {
  readonly runLength: number;
  readonly channelOf: (run: number) => number;
}

/** Each op's weight layout. A new op is one entry. */
const LAYOUTS: Readonly<Record<string, (feeder: Node) => Layout | string>> = {
  // [filters, c/group, kh, kw]
  Conv: (feeder) => ({
    runLength: elementCount(feeder.inputs[1]!.type.shape.slice(1)),
    channelOf: (run) => run,
  }),
  // [c, filters/group, kh, kw]
  ConvTranspose: (feeder) => {
    const [channels, perGroup, h, w] = feeder.inputs[1]!.type.shape as [number, number, number, number];
    const channelsPerGroup = channels / numberOf(feeder, "group");
    return {
      runLength: h * w,
      channelOf: (run) => Math.floor(Math.floor(run / perGroup) / channelsPerGroup) * perGroup + (run % perGroup),
    };
  },
  // [columns, inner] with transB, else [inner, columns]
  Gemm: (feeder) => {
    if (numberOf(feeder, "alpha") !== 1 || numberOf(feeder, "beta") !== 1) return "the Gemm has an alpha or a beta";
    const bias = feeder.inputs[2]?.type.shape;
    const filters = feeder.outputs[0]!.type.shape[1]!;
    if (bias && !sameShape(bias, [filters])) return "the Gemm's bias is no vector of its columns";
    const columns = feeder.inputs[1]!.type.shape[1]!;
    return numberOf(feeder, "transB")
      ? { runLength: columns, channelOf: (run) => run }
      : { runLength: 1, channelOf: (run) => run % columns };
  },
  // [inner, columns]; BatchNorm's channel axis is the last one only in two dimensions
  MatMul: (feeder) => {
    const columns = feeder.inputs[1]!.type.shape.at(-1)!;
    if (feeder.outputs[0]!.type.shape.length !== 2) return "the MatMul's channels are not its last axis";
    return { runLength: 1, channelOf: (run) => run % columns };
  },
};

/** The elements as the narrowest floats that hold them all. */
const floatsOf = (tensor: Tensor): Float32Array | Float64Array =>
  tensor.dtype === "f64" ? toFloat64(tensor) : (castTensor(tensor, "f32").data as Float32Array); // as cast

/** The weight with every element multiplied by its channel's scale; read when asked, rounded once. */
function scaledWeight(weight: Value, { runLength, channelOf }: Layout, scale: Float64Array): Value {
  const stored = weight.constant!;
  const { dtype, shape } = stored;
  const read = (): Tensor => {
    const source = floatsOf(stored.read());
    const data = dtype === "f32" ? (allocate("f32", source.length) as Float32Array) : new Float64Array(source.length);
    for (let run = 0, index = 0; index < source.length; run++) {
      const factor = scale[channelOf(run)]!;
      for (const end = index + runLength; index < end; index++) data[index] = source[index]! * factor;
    }
    return { dtype, shape, data: data instanceof Float32Array ? data : fromNumbers(dtype, data) };
  };
  return lazyConstant({ dtype, shape, read }, weight.hint);
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
export const foldBatchNorm: Rule = {
  name: "fold-batch-norm",
  ops: ["BatchNormalization"],
  apply: (node, context) => {
    const feeder = soleFeeder(context, node.inputs[0], node);
    if (isMissing(feeder)) return feeder;
    const layout = Object.hasOwn(LAYOUTS, feeder.op) ? LAYOUTS[feeder.op] : undefined;
    if (!layout) return miss(`the input comes from ${feeder.op}, which has no weights to fold into`);
    const [x, weight, bias] = feeder.inputs;
    if (!weight?.constant || (bias && !bias.constant)) return miss(`the ${feeder.op}'s weights are computed`);
    const runs = layout(feeder);
    if (typeof runs === "string") return miss(runs);
    const affine = affineOf(node);
    if (!affine) return miss("the statistics are computed");
    return fold(
      node,
      feeder,
      x!,
      scaledWeight(weight, runs, affine.scale),
      foldedBias(bias, affine, weight.constant, biasHint(weight)),
    );
  },
};

const biasHint = (weight: Value): string => weight.hint.replace(/weight$/, "bias");

function fold(node: Node, feeder: Node, x: Value, weight: Value, bias: Value): Patch {
  const attributes = feeder.op === "MatMul" ? {} : feeder.attributes;
  const op = feeder.op === "MatMul" ? "Gemm" : feeder.op;
  return replace("fold-batch-norm", node, (emit) => emit(op, [x, weight, bias], attributes), [feeder]);
}
