import { decodeBase64, elementCount, type Tensor } from "@yolo-compile/core";

const X = [1, 3, 8, 8] as const;
const W = [4, 3, 3, 3] as const;
const Y = [1, 4, 8, 8] as const;

/** Small integers, so that the answer is exact in every arithmetic, even in float16. */
const wholeNumbers = (shape: readonly number[], modulus: number): Float32Array =>
  Float32Array.from({ length: elementCount(shape) }, (_, index) => (index % modulus) - (modulus >> 1));

const x = wholeNumbers(X, 7);
const w = wholeNumbers(W, 5);
const b = Float32Array.of(0, 1, 2, 3);

/** The weight and the bias inside {@link probeModel}. */
export const probeWeights: readonly Tensor[] = [
  { dtype: "f32", shape: W, data: w },
  { dtype: "f32", shape: [b.length], data: b },
];

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

/**
 * An ONNX model, `x: f32[1,3,8,8] -> Conv 3x3 -> y: f32[1,4,8,8]`, opset 17, as the project's own writer makes it of
 * {@link probeWeights}; a test in `proof`, which may know both, holds it to that.
 */
export const probeModel = (): Uint8Array => decodeBase64(MODEL)!;

const MODEL = `
CAgSDHlvbG8tY29tcGlsZRoFMC4xLjBCBAoAEBE6mgUKegoBeAoBdwoBYhIBeRoKcHJvYmUvQ29udiIEQ29udioSCglkaWxhdGlvbnNCAgEBoAEHKgwK
BWdyb3VwGAGgAQIqFQoMa2VybmVsX3NoYXBlQgIDA6ABByoPCgRwYWRzQgQBAQEBoAEHKhAKB3N0cmlkZXNCAgEBoAEHEgVwcm9iZVobCgF4EhYKFAgB
EhAKAggBCgIIAwoCCAgKAggIYhsKAXkSFgoUCAESEAoCCAEKAggECgIICAoCCAgqvgMKBAQDAwMQAUIBd0qwAwAAAMAAAIC/AAAAAAAAgD8AAABAAAAA
wAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAAAAAAgD8AAABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAA
AAAAAIA/AAAAQAAAAMAAAIC/AAAAAAAAgD8AAABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAAAAAAgD8A
AABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAAAAAAgD8AAABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADA
AACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAAAAAAgD8AAABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAA
AAAAgD8AAABAAAAAwAAAgL8AAAAAAACAPwAAAEAAAADAAACAvwAAAAAAAIA/AAAAQAAAAMAAAIC/AAAAACoaCgEEEAFCAWJKEAAAAAAAAIA/AAAAQAAA
QEA=
`;
