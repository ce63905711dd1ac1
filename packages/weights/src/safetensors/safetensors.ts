import { type ByteSource, byteSize, elementCount, type LazyTensor, runTensor, sourceRun } from "@yolo-compile/core";
import { fromMetadata } from "../convert/metadata.js";
import { safetensorsHeader, safetensorsTensor, truncatedFile } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { LENGTH_BYTES, readHeader, type SafetensorsEntry } from "./header.js";
import { safetensorsWriter } from "./write-safetensors.js";

const BRACE = 0x7b;
/** A header length whose upper bytes are not zero is another format that happens to have a brace there. */
const UPPER_LENGTH_BYTES = [6, 7];

/** huggingface/safetensors: a JSON header and dense little-endian data, without gaps. */
export const safetensors: Format = {
  name: "safetensors",
  writing: safetensorsWriter,
  matches: ({ head }) => head[LENGTH_BYTES] === BRACE && UPPER_LENGTH_BYTES.every((index) => head[index] === 0),
  open({ source }): OpenedFile {
    const { tensors, metadata } = openSafetensors(source);
    return { tensors, notes: [], ...(metadata && fromMetadata(source.name, metadata)) };
  },
};

/**
 * The tensors and metadata of one safetensors file.
 * @throws safetensors/*, weights/dtype, weights/truncated
 */
export function openSafetensors(source: ByteSource): Pick<OpenedFile, "tensors" | "metadata"> {
  const { entries, metadata, dataBytes } = readHeader(source);
  checkLayout(source, entries, dataBytes);
  const tensors = new Map<string, LazyTensor>();
  for (const { name, dtype, shape, startBytes, endBytes } of entries)
    tensors.set(name, runTensor({ dtype, shape }, sourceRun(source, startBytes, endBytes - startBytes)));
  return { tensors, ...(metadata && { metadata }) };
}

function checkLayout(source: ByteSource, entries: readonly SafetensorsEntry[], dataBytes: number): void {
  let reachedBytes = dataBytes;
  for (const entry of [...entries].sort((a, b) => a.startBytes - b.startBytes || a.endBytes - b.endBytes)) {
    checkEntry(source.name, entry, reachedBytes, source.size);
    reachedBytes = entry.endBytes;
  }
  if (reachedBytes !== source.size)
    throw safetensorsHeader(source.name, `${source.size - reachedBytes} bytes after the last tensor belong to none`);
}

/** Each tensor begins where the one before ends: the reference implementation allows neither gaps nor overlaps. */
function checkEntry(file: string, entry: SafetensorsEntry, reachedBytes: number, sizeBytes: number): void {
  const { name, dtype, shape, startBytes, endBytes } = entry;
  if (startBytes !== reachedBytes)
    throw safetensorsTensor(
      file,
      name,
      `its data begins at byte ${startBytes}, what comes before ends at ${reachedBytes}: ${startBytes < reachedBytes ? "they overlap" : "a gap"}`,
    );
  const expected = elementCount(shape) * byteSize(dtype);
  if (!Number.isSafeInteger(expected) || endBytes - startBytes !== expected)
    throw safetensorsTensor(
      file,
      name,
      `${dtype}[${shape.join(",")}] takes ${expected} bytes, its offsets give ${endBytes - startBytes}`,
    );
  if (endBytes > sizeBytes) throw truncatedFile(file, `the tensor ${name}`, endBytes, sizeBytes);
}
