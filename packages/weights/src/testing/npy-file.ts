import { concat } from "./zip-writer.js";

/** A .npy file; the header is written as given. */
export function npyFile(header: string, data: Uint8Array, version = 1, headerBytes?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(version === 1 ? 2 : 4);
  const view = new DataView(length.buffer);
  if (version === 1) view.setUint16(0, headerBytes ?? text.length, true);
  else view.setUint32(0, headerBytes ?? text.length, true);
  return concat(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0), length, text, data);
}

export const npyHeader = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }          \n`;
