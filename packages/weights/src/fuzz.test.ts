import { expect, test } from "@jest/globals";
import { uniformStream } from "@yolo-compile/core";
import { CORPUS } from "./testing/corpus.js";
import { mutate } from "./testing/mutate.js";
import { open, surviveOpening } from "./testing/outcome.js";

/** scripts/fuzz.mjs runs the same for as long as it is told to. */
const RUNS = 1500;

const foreign = [...CORPUS.values()].flat();

test.each([...CORPUS])("%s: the files that are damaged are read in whole", (_, files) => {
  for (const file of files) {
    const checkpoint = open(file);
    expect(checkpoint.tensors.size).toBeGreaterThan(0);
    for (const tensor of checkpoint.tensors.values()) tensor.read();
  }
});

test.each([...CORPUS])("%s: every truncation is refused or opened", (_, files) => {
  for (const file of files)
    for (let length = 0; length < file.length; length++) surviveOpening(file.subarray(0, length));
});

test.each([...CORPUS])("%s: damage gives a value or a CompileError", (reader, files) => {
  const next = uniformStream(reader.length);
  const pick = (bound: number) => Math.floor(next() * bound);
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) {
    let bytes = files[run % files.length]!;
    for (let count = 1 + pick(3); count > 0; count--) bytes = mutate(bytes, pick, foreign[pick(foreign.length)]!);
    outcomes.add(surviveOpening(bytes));
  }
  expect([...outcomes].sort()).toEqual(["opened", "refused"]);
});
