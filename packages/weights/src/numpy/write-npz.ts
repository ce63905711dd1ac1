import {
  byteLength,
  castLazily,
  castTensor,
  type Diagnostic,
  type DType,
  type LazyTensor,
  note,
  type Tensor,
  tensorBytes,
} from "@yolo-compile/core";
import { encodeUtf8 } from "../bytes.js";
import type { Checkpoint } from "../checkpoint.js";
import { bytesToWrite, type EncodedFile, type WeightsToWrite } from "../convert/encoded-file.js";
import { METADATA_ENTRY, metadataJson } from "../convert/metadata.js";
import { nameUnwritable } from "../diagnostics.js";
import type { FormatWriter } from "../format.js";
import { type StoredEntry, writeStoredZip } from "../zip/write-zip.js";
import { NUMPY_SPELLING } from "./dtype.js";
import { NPY_SIGNATURE } from "./npy-header.js";

/** NumPy aligns the elements to so many bytes. */
const ALIGNMENT = 64;
/** Signature, version 1.0 and the header's length. */
const PREFIX_BYTES = 10;

/**
 * A .npz with one array a weight, for numpy.load. Metadata is an array of bytes (JSON in UTF-8); bfloat16, which NumPy does
 * not have, becomes float32, which holds it exactly.
 * @throws weights/name
 */
export function writeNpz({ tensors, metadata }: WeightsToWrite): EncodedFile {
  if (tensors.has(METADATA_ENTRY)) throw nameUnwritable("an .npz", METADATA_ENTRY, "metadata has that name there");
  const arrays = new Map(tensors);
  if (metadata && metadata.size > 0) arrays.set(METADATA_ENTRY, bytesTensor(metadataJson(metadata)));
  return writeStoredZip([...arrays].map(([name, tensor]) => npyEntry(`${name}.npy`, tensor)));
}

export const npzWriter: FormatWriter = { extensions: [".npz"], metadata: true, write: writeNpz, losses };

function losses({ tensors }: Checkpoint): Diagnostic[] {
  const count = [...tensors.values()].filter(({ dtype }) => dtype === "bf16").length;
  return count === 0
    ? []
    : [note("convert/dtype", `NumPy has no bfloat16: ${count} of ${tensors.size} weights are written as float32`)];
}

/** A .npy file. bfloat16, which NumPy does not have, becomes float32. */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const dtype = tensor.dtype === "bf16" ? "f32" : tensor.dtype;
  const header = npyHeader(dtype, tensor.shape);
  const elements = tensorBytes(castTensor(tensor, dtype));
  const bytes = new Uint8Array(header.length + elements.length);
  bytes.set(header);
  bytes.set(elements, header.length);
  return bytes;
}

function bytesTensor(data: Uint8Array): LazyTensor {
  const type = { dtype: "u8", shape: [data.length] } as const;
  return { ...type, read: () => ({ ...type, data }) };
}

function npyEntry(name: string, tensor: LazyTensor): StoredEntry {
  const dtype = tensor.dtype === "bf16" ? "f32" : tensor.dtype;
  const { shape } = tensor;
  const header = npyHeader(dtype, shape);
  return {
    name,
    sizeBytes: header.length + byteLength({ dtype, shape }),
    *pieces() {
      yield header;
      yield* bytesToWrite(dtype === tensor.dtype ? tensor : castLazily(tensor, dtype));
    },
  };
}

function npyHeader(dtype: Exclude<DType, "bf16">, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${NUMPY_SPELLING[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const total = Math.ceil((PREFIX_BYTES + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set([...NPY_SIGNATURE, 1, 0, (total - PREFIX_BYTES) & 255, (total - PREFIX_BYTES) >> 8]);
  bytes.set(encodeUtf8(dict), PREFIX_BYTES);
  bytes[total - 1] = 0x0a;
  return bytes;
}
