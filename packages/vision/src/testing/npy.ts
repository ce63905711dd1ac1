import { readFileSync } from "node:fs";
import { type DType, type Tensor, viewElements } from "@yolo-compile/core";

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["<f4", "f32"],
  ["|u1", "u8"],
]);

/** The array in a version 1 .npy file, in C order. */
export function readNpy(file: string): Tensor {
  const bytes = new Uint8Array(readFileSync(file));
  const end = 10 + new DataView(bytes.buffer).getUint16(8, true);
  const header = String.fromCharCode(...bytes.subarray(10, end));
  const dtype = DTYPES.get(/'descr': '(.*?)'/.exec(header)?.[1] ?? "");
  if (!dtype || !header.includes("'fortran_order': False")) throw new Error(`${file}: ${header}`);
  const shape = /\((.*?)\)/.exec(header)![1]!.match(/\d+/g)!.map(Number);
  return { dtype, shape, data: viewElements(dtype, bytes.slice(end)) };
}
