import { expect, test } from "@jest/globals";
import { bytesSource, type LazyTensor, piecesOf, tensorBytes } from "@yolo-compile/core";
import { openCheckpoint } from "./formats.js";
import { writeNpz } from "./numpy/write-npz.js";
import { writeSafetensors } from "./safetensors/write-safetensors.js";
import { CORPUS, SHARD } from "./testing/corpus.js";
import { legacyFile } from "./testing/legacy-file.js";
import { npyFile, npyHeader } from "./testing/npy-file.js";
import { initializer, onnxFile } from "./testing/onnx-file.js";
import { codeOf, open } from "./testing/outcome.js";
import * as p from "./testing/pickle-writer.js";
import { tensor, torchFile } from "./testing/torch-file.js";
import { concat, zipOf } from "./testing/zip-writer.js";
import { writeWts } from "./wts/write-wts.js";

const COUNT = 1_300_001;
const VALUES = Float32Array.from({ length: COUNT }, (_, index) => index);
const BYTES = new Uint8Array(VALUES.buffer);
const LARGE: LazyTensor = {
  dtype: "f32",
  shape: [COUNT],
  read: () => ({ dtype: "f32", shape: [COUNT], data: VALUES }),
};
const large = new Map([["w", LARGE]]);

const root = p.dict(["w", tensor({ shape: [COUNT] })]);
const torch = (options: { byteOrder?: string; deflate?: boolean } = {}) =>
  torchFile({ root, storages: { 0: VALUES }, ...options });
const written = (write: typeof writeWts) => concat(...write({ tensors: large }).chunks());
const swapped = Buffer.from(BYTES).swap32();

/** A header whose length, with the ten bytes before it, is a multiple of `bytes` and of no larger power of two. */
function npy(bytes: number): Uint8Array {
  const header = npyHeader("<f4", `(${COUNT},)`);
  const padding = bytes - ((10 + header.length) % bytes);
  const odd = (10 + header.length + padding) % (2 * bytes) === 0 ? bytes : 0;
  return npyFile(header.replace("}", `${" ".repeat(padding + odd)}}`), BYTES);
}

const copied = (chunks: Iterable<Uint8Array>): Uint8Array => concat(...Array.from(chunks, (chunk) => chunk.slice()));

const inPieces = (lazy: LazyTensor): Uint8Array =>
  concat(
    ...Array.from(piecesOf(lazy), (data) => tensorBytes({ dtype: lazy.dtype, shape: [data.length], data }).slice()),
  );

test.each<[string, () => Uint8Array, number]>([
  ["torch zip", torch, 40],
  ["big-endian torch zip", () => torchFile({ root, storages: { 0: swapped }, byteOrder: "big" }), 40],
  ["deflated torch zip", () => torch({ deflate: true }), 40],
  ["torch legacy", () => legacyFile({ root, storages: [["0", VALUES]] }), 40],
  ["safetensors", () => written(writeSafetensors), 40],
  ["npz", () => written(writeNpz), 40],
  ["npy", () => npyFile(npyHeader("<f4", `(${COUNT},)`), BYTES), 40],
  ["npz with a header of odd length", () => zipOf([{ name: "w.npy", bytes: npy(1) }]), 1],
  ["npz with a header that is a multiple of eight bytes", () => zipOf([{ name: "w.npy", bytes: npy(8) }]), 40],
  ["wts", () => written(writeWts), 40],
  ["onnx", () => onnxFile([initializer({ name: "w", dims: [COUNT], elements: BYTES })]), 40],
])("%s: a large tensor comes in pieces that are the whole", (_, make, count) => {
  const [found] = open(make()).tensors.values();
  expect([...piecesOf(found!)]).toHaveLength(count);
  expect(Buffer.compare(inPieces(found!), BYTES)).toBe(0);
  expect(Buffer.compare(tensorBytes(found!.read()), BYTES)).toBe(0);
});

test("a source that fills memory is asked to, always the same", () => {
  const bytes = written(writeSafetensors);
  const filled = new Set<ArrayBufferLike>();
  const checkpoint = openCheckpoint({
    ...bytesSource("large", bytes),
    readInto(offsetBytes, target) {
      filled.add(target.buffer);
      target.set(bytes.subarray(offsetBytes, offsetBytes + target.length));
    },
  });
  expect(Buffer.compare(inPieces(checkpoint.tensors.get("w")!), BYTES)).toBe(0);
  expect(filled.size).toBe(1);
  for (const write of [writeSafetensors, writeNpz, writeWts])
    expect(Buffer.compare(copied(write(checkpoint).chunks()), written(write))).toBe(0);
});

test.each([...CORPUS])("%s: pieces of small tensors are the whole", (_, samples) => {
  for (const { bytes, wrap } of samples)
    for (const found of open(wrap(bytes), { sibling: (name) => bytesSource(name, SHARD) }).tensors.values())
      expect(Buffer.compare(inPieces(found), tensorBytes(found.read()))).toBe(0);
});

test("damage in a stored entry is found after the last piece", () => {
  const bytes = torch();
  bytes[bytes.length >> 1]! ^= 1;
  const [found] = open(bytes).tensors.values();
  expect(codeOf(() => inPieces(found!))).toBe("zip/content");
});
