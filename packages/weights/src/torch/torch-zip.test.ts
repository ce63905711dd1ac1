import { expect, test } from "@jest/globals";
import { at, STORAGES } from "../testing/network.js";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { torchFile } from "../testing/torch-file.js";

const root = p.dict(["w", at(3)]);

test.each(["", "archive/", "a/b c/"])("the directory around the pickle may be %j", (prefix) => {
  const checkpoint = open(torchFile({ root, storages: STORAGES, prefix }));
  expect(checkpoint.format).toBe("torch-zip");
  expect(valuesOf(checkpoint, "w")).toEqual([3]);
});

test("a pickle of another name is none, and two of that name are refused", () => {
  const other = torchFile({ root, storages: STORAGES, prefix: "my" }); // mydata.pkl
  expect(codeOf(() => open(other))).toBe("weights/format");
  const second = { name: "b/data.pkl", bytes: p.pickle(root) };
  const { diagnostic } = errorOf(() => open(torchFile({ root, storages: STORAGES, prefix: "a/", extra: [second] })));
  expect(diagnostic.code).toBe("zip/malformed");
  expect(diagnostic.message).toContain("2 entries are named data.pkl");
});

test("a pickle up to the limit is read, one byte more is not", () => {
  const bytes = torchFile({ root, storages: STORAGES });
  const pickleBytes = p.pickle(root).length;
  expect(open(bytes, { pickleLimits: { pickleBytes } }).tensors.size).toBe(1);
  expect(codeOf(() => open(bytes, { pickleLimits: { pickleBytes: pickleBytes - 1 } }))).toBe("pickle/limit");
});

test("messages about a pickle name its entry", () => {
  expect(errorOf(() => open(torchFile({ root: Uint8Array.of(0x80, 2, 0xff) }))).message).toContain(
    "test.pt:archive/data.pkl",
  );
});

test.each(["little ", "x".repeat(16), "x".repeat(17)])("a byte order of %j is refused", (byteOrder) => {
  const shown = byteOrder.length > 16 ? "too long" : byteOrder;
  const { diagnostic } = errorOf(() => open(torchFile({ root, storages: STORAGES, byteOrder })));
  expect(diagnostic.code).toBe("zip/content");
  expect(diagnostic.message).toContain(JSON.stringify(shown));
});
