import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { tensorBytes } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { codeOf, open } from "../testing/outcome.js";

type Digest = readonly [dtype: string, shape: readonly number[], sha256: string];

// One tensor of every kind that torch can pickle, saved by scripts/check_rebuild.py; null where it has to be refused.
const expected: Readonly<Record<string, Digest | null>> = JSON.parse(
  readFileSync(fixturePath("rebuild/expected.json"), "utf8"),
);
const kinds = Object.entries(expected);

const openKind = (name: string) => open(readFileSync(fixturePath(`rebuild/${name}.pt`)), { allowSuspicious: true });

test.each(kinds.filter(([, digest]) => digest))("%s is read as torch reads it", (name, digest) => {
  const { dtype, shape, ...tensor } = openKind(name).tensors.get("w")!;
  const sha256 = createHash("sha256").update(tensorBytes(tensor.read())).digest("hex");
  expect([dtype, shape, sha256]).toEqual(digest);
});

test.each(kinds.filter(([, digest]) => !digest))("%s is refused", (name) => {
  expect(codeOf(() => openKind(name).tensors.get("w")?.read())).toMatch(/^weights\/(tensor-kind|dtype|tensor)$/);
});

test("both kinds of kinds are there", () => {
  const read = kinds.filter(([, digest]) => digest).length;
  expect([read, kinds.length - read]).toEqual([33, 26]);
});
