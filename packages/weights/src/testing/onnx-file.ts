import { concat } from "./zip-writer.js";

const utf8 = new TextEncoder();

/** A base-128 varint. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

/** A field of a protobuf message that is a number. */
export const numberField = (number: number, value: number): Uint8Array => concat(varint(number * 8), varint(value));

/** A field that is text, bytes or a message of fields. */
export function field(number: number, ...content: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = concat(...content.map((part) => (typeof part === "string" ? utf8.encode(part) : part)));
  return concat(varint(number * 8 + 2), varint(bytes.length), bytes);
}

export interface NewInitializer {
  readonly name: string;
  readonly dims: readonly number[];
  /** `TensorProto.DataType`; 1 is float32. */
  readonly dataType?: number;
  /** The field that has the elements; 9 is raw_data. */
  readonly list?: number;
  readonly elements: Uint8Array;
}

/** An `initializer` of a GraphProto. */
export const initializer = ({ name, dims, dataType = 1, list = 9, elements }: NewInitializer): Uint8Array =>
  field(
    5,
    ...dims.map((size) => numberField(1, size)),
    numberField(2, dataType),
    field(8, name),
    field(list, elements),
  );

/** A `node` of a GraphProto; `epsilon` is its one attribute. */
export function onnxNode(name: string, op: string, inputs: readonly string[], epsilon?: number): Uint8Array {
  const attribute =
    epsilon === undefined
      ? []
      : [
          field(
            5,
            field(1, "epsilon"),
            Uint8Array.of(0x15),
            new Uint8Array(Float32Array.of(epsilon).buffer),
            numberField(20, 1),
          ),
        ];
  return field(1, ...inputs.map((input) => field(1, input)), field(2, "y"), field(3, name), field(4, op), ...attribute);
}

/** A ModelProto of one graph. */
export const onnxFile = (graph: readonly Uint8Array[], metadata: Readonly<Record<string, string>> = {}): Uint8Array =>
  concat(
    numberField(1, 8),
    field(2, "maker"),
    field(7, ...graph, field(2, "graph"), field(12, field(1, "y"))),
    field(8, numberField(2, 17)),
    ...Object.entries(metadata).map(([key, value]) => field(14, field(1, key), field(2, value))),
  );
