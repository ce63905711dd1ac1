/**
 * An ONNX model `output = x + w` of four float32 whose `w` lies in the file `location`, as exporters of large models write
 * it. The file has 16 bytes. `op` replaces Add.
 */
export function externalModel(location: string, { output = "y", op = "Add" } = {}): Uint8Array {
  const weight = [number(1, 4), number(2, 1), text(8, "w"), entry("location", location), number(14, 1)];
  const add = [text(1, "x"), text(1, "w"), text(2, output), text(4, op)];
  const graph = [message(1, add), text(2, "graph"), message(5, weight), value(11, "x"), value(12, output)];
  const opset = message(8, [text(1, ""), number(2, 17)]);
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...opset]);
}

// Fields of protobuf with numbers below 16; all that is short fits in one byte, lengths take two.
const number = (field: number, value: number): number[] => [field << 3, value];

const bytes = (field: number, content: readonly number[]): number[] => [
  (field << 3) | 2,
  (content.length & 127) | 128,
  content.length >> 7,
  ...content,
];

const text = (field: number, content: string): number[] => bytes(field, [...new TextEncoder().encode(content)]);

const message = (field: number, fields: readonly (readonly number[])[]): number[] => bytes(field, fields.flat());

const entry = (key: string, content: string): number[] => message(13, [text(1, key), text(2, content)]);

const value = (field: number, name: string): number[] =>
  message(field, [text(1, name), message(2, [message(1, [number(1, 1), message(2, [message(1, [number(1, 4)])])])])]);
