import { expect, test } from "@jest/globals";
import { type ByteSource, bytesSource } from "@yolo-compile/core";
import { codeOf, errorOf } from "../testing/outcome.js";
import { type NewEntry, type ZipOptions, zipOf } from "../testing/zip-writer.js";
import { openZip } from "./archive.js";

const hello = new TextEncoder().encode("hello, hello, hello, hello");
const openBytes = (bytes: Uint8Array) => openZip(bytesSource("t.zip", bytes));
const openEntries = (entries: readonly NewEntry[], options?: ZipOptions) => openBytes(zipOf(entries, options));

function readOnly(bytes: Uint8Array): Uint8Array {
  const archive = openBytes(bytes);
  return archive.readAll([...archive.entries.values()][0]!);
}

test.each<[string, NewEntry, ZipOptions]>([
  ["stored", { name: "a", bytes: hello }, {}],
  ["deflate", { name: "a", bytes: hello, deflate: true }, {}],
  ["padding in the local header only", { name: "a", bytes: hello, padding: 37 }, {}],
  ["a comment", { name: "a", bytes: hello }, { comment: "x".repeat(65535) }],
  [
    "a comment with the end record's signature",
    { name: "a", bytes: hello },
    { comment: "PK\x05\x06 and more text than a record" },
  ],
  ["zip64 end records", { name: "a", bytes: hello }, { zip64: true }],
  ["zip64 sizes and offset", { name: "a", bytes: hello, zip64: true }, { zip64: true }],
  ["an empty entry", { name: "a", bytes: new Uint8Array() }, {}],
])("reads %s", (_, entry, options) => {
  expect(readOnly(zipOf([entry], options))).toEqual(entry.bytes);
});

test("reads only the range of a stored entry that is asked for", () => {
  const bytes = zipOf([
    { name: "a", bytes: new Uint8Array(100_000).fill(7) },
    { name: "b", bytes: hello },
  ]);
  const lengths: number[] = [];
  const source: ByteSource = {
    name: "t",
    size: bytes.length,
    read(offset, length) {
      lengths.push(length);
      return bytes.subarray(offset, offset + length);
    },
  };
  const archive = openZip(source);
  const entry = archive.entries.get("a")!;
  lengths.length = 0;
  expect(archive.run(entry, 50_000, 3).read()).toEqual(Uint8Array.of(7, 7, 7));
  archive.run(entry, 50_000, 4).read();
  expect(lengths).toEqual([30, 1, 3, 4]);
});

test.each<[string, string, Uint8Array]>([
  [
    "a name twice",
    "zip/duplicate",
    zipOf([
      { name: "a", bytes: hello },
      { name: "a", bytes: hello },
    ]),
  ],
  [
    "entries that overlap",
    "zip/overlap",
    zipOf([
      { name: "a", bytes: hello },
      { name: "b", bytes: hello, headerOffset: 10 },
    ]),
  ],
  [
    "entries at one place",
    "zip/overlap",
    zipOf([
      { name: "a", bytes: hello },
      { name: "b", bytes: hello, headerOffset: 0 },
    ]),
  ],
  [
    "an entry that reaches into the directory",
    "zip/overlap",
    zipOf([{ name: "a", bytes: hello, compressedBytes: 60, sizeBytes: 60 }]),
  ],
  ["an entry past the file", "zip/overlap", zipOf([{ name: "a", bytes: hello, headerOffset: 99_999 }])],
  [
    "an entry of 2^60 bytes",
    "zip/overlap",
    zipOf([{ name: "a", bytes: hello, zip64: true, compressedBytes: 2 ** 60 }]),
  ],
  ["encryption", "zip/encrypted", zipOf([{ name: "a", bytes: hello, flags: 1 }])],
  ["a parent directory", "zip/name", zipOf([{ name: "a/../../b", bytes: hello }])],
  ["an absolute path", "zip/name", zipOf([{ name: "/etc/passwd", bytes: hello }])],
  ["a backslash", "zip/name", zipOf([{ name: "a\\b", bytes: hello }])],
  ["a drive", "zip/name", zipOf([{ name: "C:b", bytes: hello }])],
  ["a NUL", "zip/name", zipOf([{ name: "a\0b", bytes: hello }])],
  ["no name", "zip/name", zipOf([{ name: "", bytes: hello }])],
  ["more entries than the directory holds", "zip/malformed", zipOf([{ name: "a", bytes: hello }], { count: 9 })],
  ["a directory past its end record", "zip/malformed", zipOf([{ name: "a", bytes: hello }], { directoryOffset: 9999 })],
  ["a billion entries", "zip/malformed", zipOf([{ name: "a", bytes: hello }], { zip64: true, count: 1e9 })],
  ["other names in the local header", "zip/malformed", zipOf([{ name: "a", localName: "b", bytes: hello }])],
  ["stored with two sizes", "zip/malformed", zipOf([{ name: "a", bytes: hello, sizeBytes: 3 }])],
  ["an unknown method", "zip/method", zipOf([{ name: "a", bytes: hello, method: 12 }])],
  ["a wrong CRC", "zip/content", zipOf([{ name: "a", bytes: hello, crc32: 1 }])],
  ["a wrong CRC of deflate", "zip/content", zipOf([{ name: "a", bytes: hello, crc32: 1, deflate: true }])],
  ["more data than declared", "zip/content", zipOf([{ name: "a", bytes: hello, sizeBytes: 5, deflate: true }])],
  ["less data than declared", "zip/content", zipOf([{ name: "a", bytes: hello, sizeBytes: 500, deflate: true }])],
  ["data that is no deflate", "zip/content", zipOf([{ name: "a", bytes: hello.map((byte) => byte ^ 255), method: 8 }])],
  ["a bomb by ratio", "zip/bomb", zipOf([{ name: "a", bytes: new Uint8Array(2 ** 21), deflate: true }])],
  ["a bomb by claim", "zip/bomb", zipOf([{ name: "a", bytes: hello, deflate: true, zip64: true, sizeBytes: 2 ** 40 }])],
])("refuses %s", (_, code, bytes) => {
  expect(codeOf(() => readOnly(bytes))).toBe(code);
});

test("an overlap that only the local header's padding makes is seen on reading", () => {
  const bytes = zipOf([
    { name: "a", bytes: hello },
    { name: "b", bytes: hello },
  ]);
  bytes[28] = 50; // length of the extra field of the first local header
  expect(codeOf(() => readOnly(bytes))).toBe("zip/malformed");
});

test("a zip that lost its end says how far it got", () => {
  const bytes = zipOf([
    { name: "archive/data.pkl", bytes: hello },
    { name: "archive/data/0", bytes: hello },
  ]);
  const cut = errorOf(() => openBytes(bytes.subarray(0, 80 + 40)));
  expect(cut.message).toMatchInlineSnapshot(
    `"weights/truncated: t.zip starts as a zip archive (torch checkpoint) but its end is missing: 120 bytes are here, the entry archive/data/0 at byte 72 reaches to byte 142 - the download or copy was cut short or damaged, fetch the file again"`,
  );
  expect(errorOf(() => openBytes(bytes.subarray(0, bytes.length - 1))).message).toMatchInlineSnapshot(
    `"weights/truncated: t.zip starts as a zip archive (torch checkpoint) but its end is missing: 285 bytes are here, the last entry that begins in them is archive/data/0 at byte 72, the directory that ends a zip is not among them - the download or copy was cut short or damaged, fetch the file again"`,
  );
  expect(errorOf(() => openBytes(bytes.subarray(0, 20))).message).toMatchInlineSnapshot(
    `"weights/truncated: t.zip starts as a zip archive (torch checkpoint) but its end is missing: 20 bytes are here, no entry of it can be made out - the download or copy was cut short or damaged, fetch the file again"`,
  );
});

test("the last header is found where it straddles two search windows", () => {
  const first = { name: "archive/data/0", bytes: new Uint8Array(10) };
  for (const length of [2 ** 20 - 20, 2 ** 20 - 60, 2 ** 20]) {
    const bytes = zipOf([first, { name: "archive/data/1", bytes: new Uint8Array(length + 500) }]);
    const { diagnostic } = errorOf(() => openBytes(bytes.subarray(0, 54 + length)));
    expect(diagnostic.message).toContain("archive/data/1 at byte 54");
  }
});

test("an archive without entries has none", () => {
  expect(openEntries([]).entries.size).toBe(0);
});
