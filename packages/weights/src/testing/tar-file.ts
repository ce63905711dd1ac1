import { storageBytes } from "./legacy-file.js";
import * as p from "./pickle-writer.js";
import { concat } from "./zip-writer.js";

const BLOCK_BYTES = 512;
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export type TarFile = readonly [name: string, bytes: Uint8Array];

/** A tar archive of regular files, its headers as `ustar` or, without a signature, as v7 wrote them. */
export function tarOf(files: readonly TarFile[], signature = "ustar\x0000"): Uint8Array {
  const parts = files.flatMap(([name, bytes]) => {
    const header = new Uint8Array(BLOCK_BYTES);
    header.set(ascii(name));
    header.set(
      ascii(`0000644\0${"0000000\0".repeat(2)}${bytes.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`),
      100,
    );
    header.set(ascii(`        0`), 148);
    header.set(ascii(signature), 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(ascii(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
    return [header, bytes, new Uint8Array((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)];
  });
  return concat(...parts, new Uint8Array(2 * BLOCK_BYTES));
}

/** A tensor over a storage, both named by their address. */
export interface NewTarTensor {
  readonly address: number;
  readonly storage: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
}

export interface NewTarFile {
  readonly root: p.Code;
  readonly storages: readonly (readonly [
    address: number,
    storageClass: string,
    elements: ArrayBufferView & { readonly length: number },
  ])[];
  readonly views?: readonly (readonly [target: number, root: number, offset: number, count: number])[];
  readonly tensors: readonly NewTarTensor[];
}

/** A file as torch.save wrote it before 0.1.10. */
export const torchTarFile = (file: NewTarFile): Uint8Array => tarOf(torchTarParts(file));

/** The entries of {@link torchTarFile}. */
export function torchTarParts({ root, storages, views = [], tensors }: NewTarFile): TarFile[] {
  const storagePart = concat(
    p.pickle(p.int(storages.length)),
    ...storages.map(([address, storageClass, elements]) =>
      concat(
        p.pickle(p.tuple(p.int(address), p.text("cpu"), p.global("torch", storageClass))),
        storageBytes(elements.length, elements),
      ),
    ),
    p.pickle(p.list(...views.map((view) => p.tuple(...view.map(p.int))))),
  );
  const tensorPart = concat(p.pickle(p.int(tensors.length)), ...tensors.map(tensorRecord));
  return [
    ["sys_info", p.pickle(p.dict())],
    ["pickle", p.pickle(root)],
    ["tensors", tensorPart],
    ["storages", storagePart],
  ];
}

function tensorRecord({ address, storage, shape, strides, offset = 0 }: NewTarTensor): Uint8Array {
  const longs = BigInt64Array.from([...shape, ...strides, offset], BigInt);
  return concat(
    p.pickle(p.tuple(p.int(address), p.int(storage), p.global("torch", "FloatTensor"))),
    new Uint8Array(Int32Array.of(shape.length, 0).buffer),
    new Uint8Array(longs.buffer),
  );
}
