import {
  castTensor,
  type Diagnostic,
  type DType,
  elementCount,
  isFloat,
  type LazyTensor,
  note,
  piecesOf,
  type TensorData,
  warning,
} from "@yolo-compile/core";
import { encodeUtf8 } from "../bytes.js";
import type { Checkpoint } from "../checkpoint.js";
import type { EncodedFile, WeightsToWrite } from "../convert/encoded-file.js";
import { nameUnwritable, wtsRange } from "../diagnostics.js";
import type { FormatWriter } from "../format.js";

const DIGITS = encodeUtf8("0123456789abcdef");
const VALUE_BYTES = 9;
/** Element types all of whose values are float32 too. */
const FITTING: ReadonlySet<DType> = new Set(["f32", "f16", "bf16", "i8", "u8", "i16", "u16", "bool"]);
/** Values in one chunk. */
const CHUNK_VALUES = 1 << 16;

/**
 * tensorrtx's text format, as its scripts write it. Shapes and metadata have no place in it; every value has to be a float32,
 * so that nothing is rounded.
 * @throws weights/name, and wts/range from its chunks
 */
export function writeWts({ tensors }: WeightsToWrite): EncodedFile {
  for (const name of tensors.keys())
    if (!/^\S{1,1024}$/.test(name)) throw nameUnwritable(".wts", name, "spaces end a name there");
  const first = encodeUtf8(`${tensors.size}\n`);
  const lines = [...tensors].map(([name, tensor]) => ({ name, tensor, start: encodeUtf8(startOf(name, tensor)) }));
  const lengths = lines.map(({ start, tensor }) => start.length + elementCount(tensor.shape) * VALUE_BYTES + 1);
  return {
    byteLength: lengths.reduce((total, length) => total + length, first.length),
    *chunks() {
      yield first;
      for (const { name, tensor, start } of lines) {
        yield start;
        for (const piece of piecesOf(tensor)) yield* values(name, tensor.dtype, piece);
        yield encodeUtf8("\n");
      }
    },
  };
}

export const wtsWriter: FormatWriter = { extensions: [".wts"], metadata: false, write: writeWts, losses };

function losses({ tensors, model }: Checkpoint): Diagnostic[] {
  const types = [...tensors.values()];
  const [shaped, other] = [
    types.filter(({ shape }) => shape.length !== 1),
    types.filter(({ dtype }) => dtype !== "f32"),
  ];
  const integers = other.filter(({ dtype }) => !isFloat(dtype)).length;
  const facts = [
    model?.yaml !== undefined && "the yaml",
    model?.names && `${model.names.size} class names`,
    model?.stride && "the strides",
    model?.batchNormEps?.size && "the eps of BatchNorms",
  ].filter(Boolean);
  return [
    warning("convert/shapes", `.wts has no shapes: ${shaped.length} of ${types.length} weights become vectors`),
    ...(other.length > 0
      ? [
          note(
            "convert/dtype",
            `.wts is float32: ${other.length} weights of other types (${integers} of integers) are widened`,
          ),
        ]
      : []),
    ...(facts.length > 0
      ? [warning("convert/metadata", `.wts holds weights alone: left out are ${facts.join(", ")}`)]
      : []),
  ];
}

/** The space after the count is there twice, since each value brings its own. */
const startOf = (name: string, { shape }: LazyTensor): string => `${name} ${elementCount(shape)} `;

function* values(name: string, dtype: DType, data: TensorData): Generator<Uint8Array> {
  const { buffer, byteOffset, length } = floatsOf(name, dtype, data);
  const words = new Uint32Array(buffer, byteOffset, length);
  for (let start = 0; start < length; start += CHUNK_VALUES) yield hex(words.subarray(start, start + CHUNK_VALUES));
}

function floatsOf(name: string, dtype: DType, data: TensorData): Float32Array {
  const floats = castTensor({ dtype, shape: [data.length], data }, "f32").data as Float32Array; // asked for f32
  if (FITTING.has(dtype)) return floats;
  for (let index = 0; index < floats.length; index++) {
    const value = data[index]!;
    const float = floats[index]!;
    const kept = typeof value === "bigint" ? BigInt(float) === value : Object.is(float, value);
    if (!kept) throw wtsRange(name, dtype, String(value));
  }
  return floats;
}

function hex(words: Uint32Array): Uint8Array {
  const text = new Uint8Array(words.length * VALUE_BYTES).fill(0x20);
  for (let index = 0; index < words.length; index++)
    for (let digit = 0; digit < 8; digit++)
      text[index * VALUE_BYTES + 1 + digit] = DIGITS[(words[index]! >>> (28 - 4 * digit)) & 15]!;
  return text;
}
