import { elementCount, type Tensor } from "@yolo-compile/core";

const X = [1, 3, 8, 8] as const;
const W = [4, 3, 3, 3] as const;
const Y = [1, 4, 8, 8] as const;

/** Small whole numbers: the answer is exact in every arithmetic, even in float16. */
const wholeNumbers = (shape: readonly number[], modulus: number): Float32Array =>
  Float32Array.from({ length: elementCount(shape) }, (_, index) => (index % modulus) - (modulus >> 1));

const x = wholeNumbers(X, 7);
const w = wholeNumbers(W, 5);
const b = Float32Array.of(0, 1, 2, 3);

/** The input of {@link probeModel}. */
export const probeInput: Tensor = { dtype: "f32", shape: X, data: x };

/** y = x * w + b, 3x3 with a border of zeros, straight from the definition. */
export function probeAnswer(): Float32Array {
  const [, channels, height, width] = X;
  const at = (channel: number, row: number, column: number): number =>
    row < 0 || row >= height || column < 0 || column >= width ? 0 : x[(channel * height + row) * width + column]!;
  return Float32Array.from({ length: elementCount(Y) }, (_, index) => {
    const [filter, row, column] = digits(index, height, width);
    let sum = b[filter]!;
    for (let tap = 0; tap < channels * 9; tap++) {
      const [channel, down, right] = digits(tap, 3, 3);
      sum += w[filter * channels * 9 + tap]! * at(channel, row + down - 1, column + right - 1);
    }
    return sum;
  });
}

const digits = (index: number, height: number, width: number): [plane: number, row: number, column: number] => [
  Math.floor(index / (height * width)),
  Math.floor(index / width) % height,
  index % width,
];

/** An ONNX model, `x: f32[1,3,8,8] -> Conv 3x3 -> y: f32[1,4,8,8]`, opset 17. Field numbers are those of onnx.proto. */
export function probeModel(): Uint8Array {
  const node = [
    ...["x", "w", "b"].map((name) => text(1, name)),
    text(2, "y"),
    text(3, "probe"),
    text(4, "Conv"),
    ...[integers("kernel_shape", [3, 3]), integers("pads", [1, 1, 1, 1])].map((attribute) => bytes(5, attribute)),
  ];
  const graph = [
    bytes(1, join(node)),
    text(2, "probe"),
    bytes(5, initializer("w", W, w)),
    bytes(5, initializer("b", [b.length], b)),
    bytes(11, valueInfo("x", X)),
    bytes(12, valueInfo("y", Y)),
  ];
  const opset = join([text(1, ""), varint(2, 17)]);
  return join([varint(1, 8), bytes(7, join(graph)), bytes(8, opset)]);
}

const FLOAT = 1;
const INTS = 7;

const initializer = (name: string, dims: readonly number[], data: Float32Array): Uint8Array =>
  join([
    ...dims.map((dim) => varint(1, dim)),
    varint(2, FLOAT),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

const valueInfo = (name: string, shape: readonly number[]): Uint8Array => {
  const dims = shape.map((size) => bytes(1, varint(1, size)));
  return join([text(1, name), bytes(2, bytes(1, join([varint(1, FLOAT), bytes(2, join(dims))])))]);
};

const integers = (name: string, values: readonly number[]): Uint8Array =>
  join([text(1, name), ...values.map((value) => varint(8, value)), varint(20, INTS)]);

const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const base128 = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...base128(value >> 7)]);

const varint = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...base128(field << 3), ...base128(value)]);

const bytes = (field: number, content: Uint8Array): Uint8Array =>
  Uint8Array.from([...base128((field << 3) | 2), ...base128(content.length), ...content]);

const text = (field: number, content: string): Uint8Array => bytes(field, new TextEncoder().encode(content));
