import { castTensor, type DType, elementCount, type TensorType, tensorOf, uniformFloats } from "@yolo-compile/core";
import {
  constantValue,
  type GivenAttributesOf,
  type Graph,
  GraphBuilder,
  integers,
  type OpName,
  schemaOf,
  type Value,
} from "@yolo-compile/ir";
import { LOWERINGS } from "../lower.js";
import { OPSETS } from "../opset-range.js";

/** The tools to build a sample: `x` makes graph inputs, `w` float constants. */
export interface SampleBuilder {
  x(shape: readonly number[], dtype?: DType): Value;
  w(shape: readonly number[], dtype?: DType): Value;
  op<Op extends OpName>(
    op: Op,
    inputs: readonly (Value | undefined)[],
    attributes?: GivenAttributesOf<Op>,
  ): readonly Value[];
}

type Sample = (build: SampleBuilder) => readonly Value[];

const unary =
  <Op extends OpName>(op: Op, attributes?: GivenAttributesOf<Op>): Sample =>
  ({ x, op: make }) =>
    make(op, [x([2, 3])], attributes);

const binary =
  (op: OpName): Sample =>
  ({ x, w, op: make }) =>
    make(op, [x([2, 1, 3]), w([4, 1])]);

const windowed =
  <Op extends OpName>(op: Op, attributes: GivenAttributesOf<Op>): Sample =>
  ({ x, op: make }) =>
    make(op, [x([1, 3, 8, 10])], attributes);

const reductions = (op: "ReduceMean" | "ReduceMax" | "ReduceSum"): readonly Sample[] => [
  ({ x, op: make }) => make(op, [x([2, 3, 4])], { axes: [-1, 0], keepdims: 0 }),
  ({ x, op: make }) => make(op, [x([2, 3, 4])], { axes: [0, 1, 2] }),
  ({ x, op: make }) => make(op, [x([2, 3, 4])], { axes: [] }),
];

const softmaxes = (op: "Softmax" | "LogSoftmax"): readonly Sample[] => [
  ({ x, op: make }) => make(op, [x([2, 3, 4])]),
  ({ x, op: make }) => make(op, [x([2, 3, 4])], { axis: 1 }),
  ({ x, op: make }) => make(op, [x([2, 3, 4])], { axis: -3 }),
];

const WINDOW = { kernel_shape: [3, 2], pads: [1, 0, 1, 1], strides: [2, 1] };

/** Small graphs around every op of the IR, in its variants. */
const OP_SAMPLES = {
  Conv: [
    ({ x, w, op }) =>
      op("Conv", [x([1, 4, 6, 7]), w([6, 2, 3, 2]), w([6])], { group: 2, pads: [1, 0, 1, 2], strides: [2, 1] }),
    ({ x, w, op }) => op("Conv", [x([1, 2, 9, 9]), w([3, 2, 3, 3])], { dilations: [2, 3] }),
  ],
  ConvTranspose: [
    ({ x, w, op }) =>
      op("ConvTranspose", [x([1, 4, 3, 3]), w([4, 1, 4, 3]), w([2])], {
        group: 2,
        strides: [2, 3],
        pads: [1, 0, 1, 1],
        output_padding: [1, 2],
      }),
  ],
  BatchNormalization: [
    ({ x, w, op }) => op("BatchNormalization", [x([1, 3, 2, 2]), w([3]), w([3]), w([3]), w([3])], { epsilon: 1e-3 }),
  ],
  Gemm: [
    ({ x, w, op }) => op("Gemm", [x([2, 3]), w([4, 3]), w([4])], { transB: 1, alpha: 0.5, beta: 2 }),
    ({ x, w, op }) => op("Gemm", [x([3, 2]), w([3, 4])], { transA: 1 }),
  ],
  MatMul: [({ x, w, op }) => op("MatMul", [x([2, 3, 4]), w([4, 5])])],
  Abs: [unary("Abs")],
  Cos: [unary("Cos")],
  Exp: [unary("Exp")],
  Log: [unary("Log")],
  Neg: [unary("Neg")],
  Reciprocal: [unary("Reciprocal")],
  Relu: [unary("Relu")],
  Sigmoid: [unary("Sigmoid")],
  Sin: [unary("Sin")],
  Softplus: [unary("Softplus")],
  Softsign: [unary("Softsign")],
  Sqrt: [unary("Sqrt")],
  Tanh: [unary("Tanh")],
  HardSwish: [unary("HardSwish")],
  Mish: [unary("Mish")],
  HardSigmoid: [unary("HardSigmoid", { alpha: 0.3, beta: 0.4 })],
  LeakyRelu: [unary("LeakyRelu", { alpha: 0.1 })],
  Elu: [unary("Elu", { alpha: 0.7 })],
  Selu: [unary("Selu")],
  Celu: [unary("Celu", { alpha: 0.7 })],
  Erf: [unary("Erf")],
  Gelu: [unary("Gelu"), unary("Gelu", { approximate: "tanh" })],
  Identity: [unary("Identity")],
  PRelu: [({ x, w, op }) => op("PRelu", [x([1, 3, 2, 2]), w([3, 1, 1])])],
  Clip: [
    ({ x, w, op }) => op("Clip", [x([2, 3]), w([])]),
    ({ x, w, op }) => op("Clip", [x([2, 3]), undefined, w([])]),
    ({ x, op }) => op("Clip", [x([2, 3])]),
  ],
  Cast: [unary("Cast", { to: "i32" }), unary("Cast", { to: "f16" })],
  Add: [binary("Add")],
  Sub: [binary("Sub")],
  Mul: [binary("Mul")],
  Div: [binary("Div")],
  Pow: [binary("Pow")],
  Concat: [({ x, w, op }) => op("Concat", [x([2, 3]), x([2, 1]), w([2, 2])], { axis: -1 })],
  DepthToSpace: [
    ({ x, op }) => op("DepthToSpace", [x([1, 8, 2, 3])], { blocksize: 2 }),
    ({ x, op }) => op("DepthToSpace", [x([1, 8, 2, 3])], { blocksize: 2, mode: "CRD" }),
  ],
  Expand: [({ x, op }) => op("Expand", [x([3, 1])], { shape: [2, 1, 4] })],
  Flatten: [({ x, op }) => op("Flatten", [x([2, 3, 4])], { axis: 2 })],
  Gather: [({ x, op }) => op("Gather", [x([3, 4]), integers([-1, 0, 2])], { axis: 1 })],
  NonMaxSuppression: [
    ({ x, w, op }) =>
      op("NonMaxSuppression", [x([1, 5, 4], "f32"), x([1, 2, 5], "f32"), scalarOf("i64", 3), undefined, w([], "f32")], {
        count: "kept",
      }),
  ],
  Pad: [
    ({ x, w, op }) => op("Pad", [x([2, 3]), w([])], { pads: [0, 1, 2, -1] }),
    ({ x, op }) => op("Pad", [x([1, 2, 3, 4])], { pads: [0, 0, 1, 2, 0, 0, 3, 1] }),
    ({ x, op }) => op("Pad", [x([1, 1, 3, 4])], { pads: [0, 0, 1, 2, 0, 0, 1, 2], mode: "reflect" }),
  ],
  Reshape: [({ x, op }) => op("Reshape", [x([2, 3, 4])], { shape: [0, -1] })],
  Resize: [
    ({ x, op }) => op("Resize", [x([1, 2, 3, 3])], { scales: [1, 1, 2, 2] }),
    ({ x, op }) =>
      op("Resize", [x([1, 2, 3, 3])], {
        scales: [1, 1, 2, 1.5],
        mode: "linear",
        coordinate_transformation_mode: "half_pixel",
      }),
    ({ x, op }) => op("Resize", [x([1, 2, 3, 3])], { sizes: [1, 2, 7, 5] }),
  ],
  Slice: [
    ({ x, op }) => op("Slice", [x([5, 6])], { starts: [-1, 1], ends: [-100, 100], axes: [0, -1], steps: [-2, 2] }),
    ({ x, op }) => op("Slice", [x([5, 6])], { starts: [1], ends: [3], axes: [0] }),
    ({ x, op }) => op("Slice", [x([5, 6])], { starts: [1], ends: [3], axes: [0], steps: [2] }),
  ],
  Split: [({ x, op }) => op("Split", [x([2, 6])], { axis: 1, sizes: [1, 2, 3] })],
  Squeeze: [
    ({ x, op }) => op("Squeeze", [x([1, 2, 1])], { axes: [-1] }),
    ({ x, op }) => op("Squeeze", [x([1, 2, 1])], { axes: [] }),
  ],
  TopK: [unary("TopK", { k: 2 }), unary("TopK", { axis: 0, k: 1 })],
  Transpose: [({ x, op }) => op("Transpose", [x([2, 3, 4])], { perm: [2, 0, 1] })],
  Unsqueeze: [({ x, op }) => op("Unsqueeze", [x([2, 3])], { axes: [0, -1] })],
  MaxPool: [
    windowed("MaxPool", { ...WINDOW, dilations: [2, 1], pads: [1, 0, 1, 1] }),
    windowed("MaxPool", { ...WINDOW, ceil_mode: 1 }),
  ],
  AveragePool: [windowed("AveragePool", WINDOW), windowed("AveragePool", { ...WINDOW, count_include_pad: 1 })],
  GlobalAveragePool: [windowed("GlobalAveragePool", {})],
  Range: [({ op }) => op("Range", [], { limit: [5] })],
  QuantizeLinear: [
    ({ x, w, op }) => op("QuantizeLinear", [x([2, 3], "f32"), w([], "f32")]),
    ({ x, w, op }) => op("QuantizeLinear", [x([2, 3], "f32"), w([3], "f32"), w([3], "i8")]),
  ],
  DequantizeLinear: [
    ({ x, op }) => op("DequantizeLinear", [x([2, 3], "u8"), scalarOf("f32", 0.5), scalarOf("u8", 7)]),
    ({ x, w, op }) => op("DequantizeLinear", [x([2, 3], "i32"), w([2], "f32")], { axis: 0 }),
  ],
  ReduceMean: reductions("ReduceMean"),
  ReduceMax: reductions("ReduceMax"),
  ReduceSum: reductions("ReduceSum"),
  Softmax: softmaxes("Softmax"),
  LogSoftmax: softmaxes("LogSoftmax"),
} as const satisfies Record<OpName, readonly Sample[]>;

const scalarOf = (dtype: DType, value: number): Value => constantValue(tensorOf(dtype, [], [value]), "scalar");

/** The sample as a graph with outputs `y0`, `y1`, … Float inputs and constants are of `float`. */
function sampleGraph(name: string, sample: Sample, float: DType = "f32"): Graph {
  const builder = new GraphBuilder(name);
  let seed = 0;
  const type = (shape: readonly number[], dtype = float): TensorType => ({ shape, dtype });
  const outputs = sample({
    x: (shape, dtype) => builder.input(`x${seed++}`, type(shape, dtype)),
    w: (shape, dtype = float) => {
      const numbers = { dtype: "f32", shape, data: uniformFloats(++seed, elementCount(shape)) } as const;
      return constantValue(castTensor(numbers, dtype), "w");
    },
    op: (op, inputs, attributes) => builder.ops(op, inputs, attributes, { path: `sample.${name}`, rules: [] }),
  });
  outputs.forEach((value, index) => {
    builder.output(`y${index}`, value);
  });
  return builder.build();
}

/** All samples, each under `Op` and its number; those of ops that `opset` has, or that are spelled in others there. */
export function* allSamples(
  float?: DType,
  opset: number = OPSETS.max,
): Iterable<{ readonly op: OpName; readonly name: string; readonly graph: Graph }> {
  // Object.entries forgets the key type that `satisfies` has checked.
  const entries = Object.entries(OP_SAMPLES) as [OpName, readonly Sample[]][];
  const isWritable = (op: OpName): boolean =>
    LOWERINGS[op]?.expand !== undefined || schemaOf(op).support.types[0]![0] <= opset;
  for (const [op, samples] of entries.filter(([name]) => isWritable(name)))
    for (const [index, sample] of samples.entries()) {
      const name = `${op}${index}`;
      yield { op, name, graph: sampleGraph(name, sample, float) };
    }
}
