import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { gzipSync } from "fflate";
import { openCheckpoint } from "./formats.js";
import { codeOf, errorOf, open } from "./testing/outcome.js";
import * as p from "./testing/pickle-writer.js";
import { tensor, torchFile } from "./testing/torch-file.js";
import { zipOf } from "./testing/zip-writer.js";

const ascii = (text: string) => new TextEncoder().encode(text);
const padded = (...bytes: readonly number[]) => Uint8Array.from({ length: 600 }, (_, index) => bytes[index] ?? 0);
const root = p.dict(["w", tensor({ shape: [2] })]);
const storages = { 0: Float32Array.of(1, 2) };

test("an empty file says so", () => {
  expect(errorOf(() => open(new Uint8Array())).message).toMatchInlineSnapshot(
    `"weights/format: test.pt is empty - the download or copy was cut short or damaged, fetch the file again"`,
  );
});

test("a file of no known format shows how it starts", () => {
  expect(errorOf(() => open(Uint8Array.of(1, 2, 3))).message).toMatchInlineSnapshot(
    `"weights/format: test.pt (3 bytes) starts with the bytes 01 02 03, which is none of: torch-zip, torchscript, safetensors, torch-legacy, torch-tar, safetensors-index, npz, npy, wts, onnx, pickle - give a checkpoint saved by torch.save, or a safetensors file"`,
  );
});

test.each<[string, Uint8Array]>([
  ["a web page", ascii("\ufeff\n<!DOCTYPE html><html>")],
  ["a git-lfs pointer", ascii("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")],
  ["an HDF5 file", padded(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
  ["a gzip file", gzipSync(torchFile({ root, storages }))],
  ["a 7z archive", padded(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)],
  ["a RAR archive", padded(0x52, 0x61, 0x72, 0x21, 0x1a, 0x07)],
  ["a TensorRT engine", padded(0x66, 0x74, 0x72, 0x74)],
  ["a GGUF file", padded(0x47, 0x47, 0x55, 0x46)],
  ["a YAML description", ascii("# YOLOv5\nnc: 80\ndepth_multiple: 0.33\n")],
  ["a zip archive without a data.pkl", zipOf([{ name: "readme.txt", bytes: ascii("hello") }])],
  ["a zip archive around a checkpoint", zipOf([{ name: "run/best.pt", bytes: torchFile({ root, storages }) }])],
])("names %s", (looksLike, bytes) => {
  const { diagnostic } = errorOf(() => open(bytes));
  expect(diagnostic.code).toBe("weights/format");
  expect(diagnostic.message).toContain(looksLike);
  expect(diagnostic.hint).toBeDefined();
});

test("every truncation of a torch file is named as one", () => {
  const bytes = torchFile({ root, storages });
  for (let length = 4; length < bytes.length; length++)
    expect(codeOf(() => open(bytes.subarray(0, length)))).toBe("weights/truncated");
});

test("an encrypted checkpoint says so", () => {
  const bytes = zipOf([{ name: "archive/data.pkl", bytes: p.pickle(root), flags: 1 }]);
  expect(errorOf(() => open(bytes)).diagnostic).toMatchObject({
    code: "zip/encrypted",
    message: "test.pt: entry archive/data.pkl is encrypted",
  });
});

test.each([
  ["no directory at all", ""],
  ["archive/", "archive/"],
  ["an odd name", "best (1) 中/"],
  ["two levels", "a/b/"],
  ["the name code/", "code/"],
])("the directory inside of a torch file may be %s", (_, prefix) => {
  expect(open(torchFile({ root, storages, prefix })).tensors.size).toBe(1);
});

test("two pickles in one archive are refused", () => {
  const extra = [{ name: "other/data.pkl", bytes: p.pickle(p.none) }];
  expect(codeOf(() => open(torchFile({ root, storages, extra })))).toBe("zip/malformed");
});

test("deflated entries are read", () => {
  const checkpoint = open(torchFile({ root, storages: { 0: new Float32Array(5000) }, deflate: true }));
  expect(checkpoint.tensors.get("w")?.read().data).toEqual(new Float32Array(2));
});

test.each([2, 3, 4, 5])("protocol %i is read", (protocol) => {
  expect(open(torchFile({ root, storages, protocol })).tensors.size).toBe(1);
});

test("a damaged weight is found when it is read", () => {
  const bytes = torchFile({ root, storages });
  const { entries } = { entries: open(bytes).tensors };
  expect(entries.get("w")?.read().data).toEqual(Float32Array.of(1, 2));
  const place = bytes.findIndex((_, at) =>
    [0, 0, 128, 63, 0, 0, 0, 64].every((byte, index) => bytes[at + index] === byte),
  );
  bytes[place] = 1;
  expect(codeOf(() => open(bytes).tensors.get("w")?.read())).toBe("zip/content");
});

test("close runs once, and only once", () => {
  let closed = 0;
  const checkpoint = openCheckpoint(bytesSource("a", torchFile({ root, storages })), { onClose: () => closed++ });
  checkpoint.close();
  checkpoint.close();
  expect(closed).toBe(1);
});

test("a source that gives fewer bytes than it has is an error", () => {
  const bytes = torchFile({ root, storages });
  const source = {
    ...bytesSource("a", bytes),
    read: (at: number, length: number) => bytes.subarray(at, at + length - 1),
  };
  expect(codeOf(() => openCheckpoint(source))).toBe("weights/read");
});

test("opening reads the structure, not the weights", () => {
  const count = 4 << 20;
  const names = ["a", "b", "c"];
  const bytes = torchFile({
    root: p.dict(...names.map((key) => [key, tensor({ shape: [count], key })] as const)),
    storages: Object.fromEntries(names.map((key) => [key, new Float32Array(count)])),
  });
  let readBytes = 0;
  const read = (at: number, length: number) => {
    readBytes += length;
    return bytes.subarray(at, at + length);
  };
  const checkpoint = openCheckpoint({ name: "big", size: bytes.length, read });
  expect(readBytes).toBeLessThan(100_000);
  checkpoint.tensors.get("b")?.read();
  expect(readBytes).toBeLessThan(100_000 + 4 * count);
});
