import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { errorOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { concat, zipOf } from "../testing/zip-writer.js";
import { scanSuspicious } from "./scan-suspicious.js";

const EVIL = p.pickle(p.reduce(p.global("posix", "system"), p.text("ls")), 4);
const utf8 = new TextEncoder();
const namesOf = (bytes: Uint8Array) => scanSuspicious(bytesSource("t", bytes));
const inZip = { name: "model/config.pkl", bytes: EVIL };

test.each<[string, Uint8Array]>([
  [
    "text of protocol 0 that begins as nothing known",
    Uint8Array.from(p.raw("Vos\np2\n0Vsystem\np3\n0g2\ng3\n", 0x93, "(Vls\ntR.")),
  ],
  ["a pickle behind one", concat(p.pickle(p.none), EVIL)],
  [
    "a zip of other names",
    zipOf([
      { name: "readme", bytes: utf8.encode("hello") },
      { ...inZip, name: "data.txt" },
    ]),
  ],
  ["a deflated entry", zipOf([{ ...inZip, deflate: true }])],
  ["an entry that is said to be encrypted", zipOf([{ ...inZip, flags: 1 }])],
  ["a wrong checksum", zipOf([{ ...inZip, name: "archive/data.pkl", crc32: 1 }])],
  ["two names of one entry", zipOf([{ ...inZip, name: "archive/data.pkl", localName: "archive/data.pk" }])],
  ["a zip without its end", zipOf([inZip]).subarray(0, 80)],
])("%s is refused for what it names", (_, bytes) => {
  const { diagnostic } = errorOf(() => open(bytes));
  expect(diagnostic.code).toBe("weights/suspicious");
  expect(diagnostic.message).toMatch(/posix\.system|os\.system/);
  const allowed = errorOf(() => open(bytes, { allowSuspicious: true })).diagnostic;
  expect(allowed.code).not.toBe("weights/suspicious");
  expect(allowed.details?.at(-1)).toMatch(/it names .*system, which no checkpoint/);
});

test("an entry whose header does not say its length leads to the next one", () => {
  const bytes = zipOf([{ name: "a", bytes: new Uint8Array(3000) }, inZip]);
  bytes.fill(0, 18, 26);
  expect(namesOf(bytes)).toEqual(["posix.system"]);
});

test("a state for a class, and a name that is computed, are dangers of their own", () => {
  const patched = p.raw(p.global("torch", "_utils"), p.dict(["_rebuild_tensor", p.text("builtins")]), "b");
  expect(namesOf(p.pickle(patched))).toEqual(["torch._utils.__dict__"]);
  expect(namesOf(p.pickle(p.raw(p.reduce(p.global("a", "b")), p.text("c"), 0x93)))).toEqual([
    "a name that is computed",
  ]);
});

test("what names nothing has no names", () => {
  expect(namesOf(utf8.encode("nc: 80\nconstant: 1\nSome text\n"))).toEqual([]);
  expect(namesOf(zipOf([{ name: "a", bytes: new Uint8Array(100) }]))).toEqual([]);
  expect(namesOf(new Uint8Array())).toEqual([]);
});

test("the search ends after some megabytes, whatever the archive holds", () => {
  const bomb = { name: "b", bytes: new Uint8Array(4 << 20).fill(0x4e), deflate: true };
  const bytes = zipOf([...Array.from({ length: 40 }, (_, index) => ({ ...bomb, name: `b${index}` })), inZip]);
  expect(namesOf(bytes)).toEqual([]);
});
