import { readFileSync } from "node:fs";
import { type DType, type Tensor, viewElements } from "@yolo-compile/core";

const DTYPES: Readonly<Record<string, DType>> = { "<f4": "f32", "<f8": "f64", "<i8": "i64", "|u1": "u8" };

/** An array that NumPy saved: little-endian, C order. */
export function readNpy(path: string): Tensor {
  const bytes = readFileSync(path);
  const headerStart = bytes[6]! >= 2 ? 12 : 10;
  const headerLength = headerStart === 12 ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", headerStart, headerStart + headerLength);
  const dtype = DTYPES[/'descr': '([^']+)'/.exec(header)?.[1] ?? ""];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (!dtype || shape === undefined || !header.includes("'fortran_order': False"))
    throw new Error(`${path} is no array that tests read: ${header}`);
  // slice, since a view needs the alignment that a pooled Buffer does not promise
  const data = viewElements(dtype, new Uint8Array(bytes).subarray(headerStart + headerLength).slice());
  return {
    dtype,
    shape: shape
      .split(",")
      .filter((size) => size.trim())
      .map(Number),
    data,
  };
}
