import type { Case } from "./one-node.js";

const of = (shape: string, node: string, gives: string): Case => ({
  inputs: `%x: f32[${shape}]`,
  node: `%y = ${node}`,
  gives: gives.startsWith("ir/") ? gives : `f32[${gives}]`,
});

const MAP = "n,8,32*h,32*w";

const UNARY = [
  "Abs",
  "Celu",
  "Cos",
  "Clip",
  "Elu",
  "Erf",
  "Exp",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "Log",
  "LogSoftmax",
  "Mish",
  "Neg",
  "Reciprocal",
  "Relu",
  "Selu",
  "Sigmoid",
  "Sin",
  "Softmax",
  "Softplus",
  "Softsign",
  "Sqrt",
  "Tanh",
];

const WINDOWS: readonly Case[] = [
  {
    inputs: `%x: f32[${MAP}], %w: f32[16,8,3,3]`,
    node: "%y = Conv(%x, %w) {strides=[2, 2], pads=[1, 1, 1, 1]}",
    gives: "f32[n,16,16*h,16*w]",
  },
  {
    inputs: "%x: f32[n,3,32*h,32*w], %w: f32[16,3,6,6]",
    node: "%y = Conv(%x, %w) {strides=[2, 2], pads=[2, 2, 2, 2]}",
    gives: "f32[n,16,16*h,16*w]",
  },
  {
    inputs: "%x: f32[n,3,32*h,8], %w: f32[16,3,3,3]",
    node: "%y = Conv(%x, %w)",
    gives: "f32[n,16,32*h-2,6]",
  },
  {
    inputs: "%x: f32[n,3,l], %w: f32[4,3,1]",
    node: "%y = Conv(%x, %w) {strides=[1], pads=[0, 0], dilations=[1]}",
    gives: "f32[n,4,l]",
  },
  {
    inputs: "%x: f32[1,3,h,8], %w: f32[4,3,3,3]",
    node: "%y = Conv(%x, %w)",
    gives: "ir/open-size: the way of a window of 3 over a map of h is h-3, at least 0 only for some h",
  },
  {
    inputs: "%x: f32[1,3,3*h,8], %w: f32[4,3,3,3]",
    node: "%y = Conv(%x, %w) {strides=[2, 2], pads=[1, 1, 1, 1]}",
    gives: "ir/open-size: the way of a window over a map of 3*h is 3*h-1, which divides by 2 only for some h",
  },
  {
    inputs: "%x: f32[1,c,8,8], %w: f32[4,3,3,3]",
    node: "%y = Conv(%x, %w)",
    gives: "ir/type: c channels do not fit the weight in 1 groups",
  },
  {
    inputs: "%x: f32[1,3,8,8], %w: f32[4,3,k,k]",
    node: "%y = Conv(%x, %w)",
    gives: "ir/open-size: input 1 must have integer sizes, not k",
  },
  {
    inputs: `%x: f32[${MAP}], %w: f32[8,4,2,2]`,
    node: "%y = ConvTranspose(%x, %w) {strides=[2, 2]}",
    gives: "f32[n,4,64*h,64*w]",
  },
  of(MAP, "MaxPool(%x) {kernel_shape=[5, 5], pads=[2, 2, 2, 2]}", "n,8,32*h,32*w"),
  of(MAP, "MaxPool(%x) {kernel_shape=[2, 2], strides=[2, 2]}", "n,8,16*h,16*w"),
  of("1,2,2*h+1,4*w", "MaxPool(%x) {kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1}", "1,2,h+1,2*w"),
  of("1,2,3*h+1,3*w", "AveragePool(%x) {kernel_shape=[3, 3], strides=[3, 3]}", "1,2,h,w"),
  of(
    "1,2,3*h-1,3*w",
    "AveragePool(%x) {kernel_shape=[3, 3], strides=[3, 3]}",
    "ir/open-size: the way of a window of 3 over a map of 3*h-1 is 3*h-4, at least 0 only for some h",
  ),
  of("1,2,4*h+1,4*w", "AveragePool(%x) {kernel_shape=[3, 3], strides=[2, 2]}", "1,2,2*h,2*w-1"),
  of(MAP, "GlobalAveragePool(%x)", "n,8,1,1"),
];

const JOINS: readonly Case[] = [
  ...["Add", "Sub", "Mul", "Div", "Pow"].flatMap((op) => [
    { inputs: "%x: f32[n,1,h], %z: f32[4,h]", node: `%y = ${op}(%x, %z)`, gives: "f32[n,4,h]" },
    { inputs: "%x: f32[h,1], %z: f32[w]", node: `%y = ${op}(%x, %z)`, gives: "f32[h,w]" },
    { inputs: "%x: f32[h], %z: f32[w]", node: `%y = ${op}(%x, %z)`, gives: "ir/type: the shapes do not broadcast" },
    { inputs: "%x: f32[h], %z: f32[3]", node: `%y = ${op}(%x, %z)`, gives: "ir/type: the shapes do not broadcast" },
  ]),
  { inputs: "%x: f32[n,4,h,w], %z: f32[4,1,1]", node: "%y = PRelu(%x, %z)", gives: "f32[n,4,h,w]" },
  { inputs: "%x: f32[n,h], %z: f32[n,2*w+1]", node: "%y = Concat(%x, %z, %x) {axis=1}", gives: "f32[n,2*h+2*w+1]" },
  {
    inputs: "%x: f32[n,h], %z: f32[n,w]",
    node: "%y = Concat(%x, %z) {axis=0}",
    gives: "ir/type: input 1 does not fit input 0",
  },
  { inputs: "%x: f32[n,1,h*w,4], %z: f32[3,4,5]", node: "%y = MatMul(%x, %z)", gives: "f32[n,3,h*w,5]" },
  { inputs: "%x: f32[n,h], %z: f32[w,5]", node: "%y = MatMul(%x, %z)", gives: "ir/type: the shapes do not fit" },
  { inputs: "%x: f32[n,4], %z: f32[h,4], %c: f32[h]", node: "%y = Gemm(%x, %z, %c) {transB=1}", gives: "f32[n,h]" },
  { inputs: "%x: f32[n,4,h], %v: f32[4]", node: "%y = BatchNormalization(%x, %v, %v, %v, %v)", gives: "f32[n,4,h]" },
  { inputs: "%x: f32[n,4,h], %s: f32[4]", node: "%y = QuantizeLinear(%x, %s)", gives: "u8[n,4,h]" },
  { inputs: "%x: u8[n,4,h], %s: f32[4]", node: "%y = DequantizeLinear(%x, %s)", gives: "f32[n,4,h]" },
  { inputs: "%x: f32[n,4,h], %i: i64[k]", node: "%y = Gather(%x, %i) {axis=1}", gives: "f32[n,k,h]" },
  {
    inputs: "%b: f32[n,3*h*w,4], %s: f32[n,80,3*h*w]",
    node: "%y = NonMaxSuppression(%b, %s) {count=k}",
    gives: "i64[k,3]",
  },
];

const LAYOUTS: readonly Case[] = [
  of("n,255,4*h,4*w", "Reshape(%x) {shape=[n, 3, 85, 4*h, 4*w]}", "n,3,85,4*h,4*w"),
  of("n,3,4*h,4*w,85", "Reshape(%x) {shape=[0, -1, 85]}", "n,48*h*w,85"),
  of("n,3,4*h,4*w,85", "Reshape(%x) {shape=[n, 48*h*w, 85]}", "n,48*h*w,85"),
  of("2*h,3", "Reshape(%x) {shape=[h, -1]}", "h,6"),
  of("h,3", "Reshape(%x) {shape=[2, -1]}", "ir/type: 3*h elements do not make [2,-1]"),
  of("h,3", "Reshape(%x) {shape=[w, 3]}", "ir/type: 3*h elements do not make [w,3]"),
  of("h-1,2", "Reshape(%x) {shape=[2, h-1]}", "ir/type: 2*h-2 elements do not make [2,h-1]"),
  of("n,c,h,w", "Flatten(%x)", "n,c*h*w"),
  of("n,c,h,w", "Transpose(%x) {perm=[0, 2, 3, 1]}", "n,h,w,c"),
  of("n,1,h", "Squeeze(%x) {axes=[1]}", "n,h"),
  of("n,1,h", "Squeeze(%x) {axes=[2]}", "ir/type: an axis is longer than 1"),
  of("n,h", "Unsqueeze(%x) {axes=[0, -1]}", "1,n,h,1"),
  of("n,1,h", "Expand(%x) {shape=[3*w, 1]}", "n,3*w,h"),
  of("h", "Expand(%x) {shape=[w]}", "ir/type: the shape does not broadcast with [w]"),
  of("n,4*c,h,w", "DepthToSpace(%x) {blocksize=2}", "n,c,2*h,2*w"),
  of("n,c,h,w", "DepthToSpace(%x) {blocksize=2}", "ir/type: c channels are no multiple of 2²"),
  of("n,c,h,w", "Cast(%x) {to=f32}", "n,c,h,w"),
  of("n,c,h,w", "ReduceMean(%x) {axes=[2, 3]}", "n,c,1,1"),
  of("n,c,h,w", "ReduceMax(%x) {axes=[1], keepdims=0}", "n,h,w"),
  {
    inputs: "%x: f32[n,8*h+1]",
    node: "%y, %i = TopK(%x) {k=9}",
    gives: "f32[n,9], i64[n,9]",
  },
  of("n,8*h", "TopK(%x) {k=9}", "ir/type: there are no 9 of 8*h"),
  of("n,c,h,w", "ReduceSum(%x) {axes=[-1]}", "n,c,h,1"),
];

const PARTS: readonly Case[] = [
  of("n,8,h", "Slice(%x) {starts=[2], ends=[6], axes=[1]}", "n,4,h"),
  of("n,h", "Slice(%x) {starts=[0], ends=[h], axes=[1]}", "n,h"),
  of("n,h", "Slice(%x) {starts=[0], ends=[9007199254740991], axes=[1]}", "n,h"),
  of("n,2*h", "Slice(%x) {starts=[0], ends=[2*h], axes=[1], steps=[2]}", "n,h"),
  of("n,2*h", "Slice(%x) {starts=[1], ends=[2*h], axes=[1], steps=[2]}", "n,h"),
  of("n,2*h", "Slice(%x) {starts=[0], ends=[-1], axes=[1]}", "n,2*h-1"),
  of("n,2*h", "Slice(%x) {starts=[-1], ends=[-9007199254740991], axes=[1], steps=[-1]}", "n,2*h"),
  of("n,h+w", "Slice(%x) {starts=[h], ends=[h+w], axes=[1]}", "n,w"),
  of("n,h", "Slice(%x) {starts=[0], ends=[4], axes=[1]}", "ir/open-size: 4 lies within the axis of h only for some h"),
  of(
    "n,h",
    "Slice(%x) {starts=[0], ends=[h], axes=[1], steps=[2]}",
    "ir/open-size: the length of the slice is h, which divides by 2 only for some h",
  ),
  { inputs: "%x: f32[n,2*h]", node: "%y, %z = Split(%x) {axis=1, sizes=[h, h]}", gives: "f32[n,h], f32[n,h]" },
  { inputs: "%x: f32[n,h]", node: "%y, %z = Split(%x) {axis=1, sizes=[1, h-1]}", gives: "f32[n,1], f32[n,h-1]" },
  {
    inputs: "%x: f32[n,h]",
    node: "%y, %z = Split(%x) {axis=1, sizes=[2, h-2]}",
    gives: "ir/type: [2,h-2] does not split h",
  },
  of("n,h", "Pad(%x) {pads=[0, 1, 0, 2]}", "n,h+3"),
  of("n,h", "Pad(%x) {pads=[0, 0, 0, w]}", "n,h+w"),
  of("n,4*h", "Pad(%x) {pads=[0, -1, 0, 0]}", "n,4*h-1"),
  of(
    "n,h",
    "Pad(%x) {pads=[0, -1, 0, -1]}",
    "ir/open-size: what is left of an axis is h-2, at least 0 only for some h",
  ),
  of("4*h", 'Pad(%x) {pads=[3, 3], mode="reflect"}', "4*h+6"),
  of(
    "h",
    'Pad(%x) {pads=[3, 3], mode="reflect"}',
    "ir/open-size: what an axis has over its pad is h-4, at least 0 only for some h",
  ),
  of("n,4,h,w", "Resize(%x) {scales=[1, 1, 2, 2]}", "n,4,2*h,2*w"),
  of("1,4,2*h,4*w", "Resize(%x) {scales=[1, 1, 0.5, 0.25]}", "1,4,h,w"),
  of("1,4,h,w", "Resize(%x) {sizes=[1, 4, 32*h, 7]}", "1,4,32*h,7"),
  of(
    "1,4,h,8",
    "Resize(%x) {scales=[1, 1, 0.7, 1]}",
    "ir/open-size: h by the scale 0.7 is known only for some h".replace("0.7", String(Math.fround(0.7))),
  ),
  of(
    "1,4,h,8",
    "Resize(%x) {scales=[1, 1, 0.5, 1]}",
    "ir/open-size: 2 times the scaled size is h, which divides by 2 only for some h",
  ),
];

const RANGES: readonly Case[] = [
  { node: "%y = Range() {limit=[4*h]}", gives: "i64[4*h]" },
  { node: "%y = Range() {limit=[h-1]}", gives: "i64[h-1]" },
  { node: "%y = Range() {limit=[h-2]}", gives: "ir/open-size: the limit is h-2, at least 0 only for some h" },
];

/** Every op on sizes with symbols. */
export const SYMBOL_CASES: readonly Case[] = [
  ...UNARY.map((op) => of("n,3,32*h,w+1", `${op}(%x)`, "n,3,32*h,w+1")),
  ...WINDOWS,
  ...JOINS,
  ...LAYOUTS,
  ...PARTS,
  ...RANGES,
];
