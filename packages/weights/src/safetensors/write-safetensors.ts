import { byteLength, byteSize, type DType } from "@yolo-compile/core";
import { encodeUtf8 } from "../bytes.js";
import { bytesToWrite, type EncodedFile, type WeightsToWrite } from "../convert/encoded-file.js";
import { nameUnwritable } from "../diagnostics.js";
import type { FormatWriter } from "../format.js";
import { LENGTH_BYTES, METADATA_KEY, SAFETENSORS_SPELLING } from "./header.js";

/** Data that begin at a multiple of so many bytes can be viewed as any element type without a copy. */
const ALIGNMENT = 8;

/**
 * A safetensors file. The header keeps the order of the tensors; their data is sorted by element size, so that each is
 * aligned although the format allows no gaps.
 * @throws weights/name
 */
export function writeSafetensors({ tensors, metadata = new Map() }: WeightsToWrite): EncodedFile {
  if (tensors.has(METADATA_KEY)) throw nameUnwritable("safetensors", METADATA_KEY, "metadata has that name there");
  const inDataOrder = [...tensors].sort(([, a], [, b]) => byteSize(b.dtype) - byteSize(a.dtype));
  const starts = new Map<string, number>();
  let dataBytes = 0;
  for (const [name, type] of inDataOrder) {
    starts.set(name, dataBytes);
    dataBytes += byteLength(type);
  }
  const entries = [...tensors].map(([name, { dtype, shape, ...rest }]) => {
    const start = starts.get(name)!; // set above, of every tensor
    const data_offsets = [start, start + byteLength({ dtype, shape, ...rest })];
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: spelling(dtype), shape, data_offsets })}`;
  });
  const head = headerBytes(metadata, entries);
  return {
    byteLength: head.length + dataBytes,
    *chunks() {
      yield head;
      for (const [, tensor] of inDataOrder) yield* bytesToWrite(tensor);
    },
  };
}

/** Loses nothing of a checkpoint. */
export const safetensorsWriter: FormatWriter = {
  extensions: [".bin", ".safetensors"],
  metadata: true,
  write: writeSafetensors,
  losses: () => [],
};

const spelling = (dtype: DType): string => SAFETENSORS_SPELLING[dtype];

/** Keys are written one by one, since an object would reorder those that look like numbers. */
function headerBytes(metadata: ReadonlyMap<string, string>, entries: readonly string[]): Uint8Array {
  const pairs = [...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const parts = pairs.length > 0 ? [`"${METADATA_KEY}":{${pairs.join(",")}}`, ...entries] : entries;
  const json = encodeUtf8(`{${parts.join(",")}}`);
  const padded = Math.ceil((LENGTH_BYTES + json.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded - LENGTH_BYTES), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}
