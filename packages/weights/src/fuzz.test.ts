import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { FORMATS } from "./formats.js";
import { CORPUS, SHARD } from "./testing/corpus.js";
import { fuzzCase, READERS, runFuzzCase } from "./testing/fuzz.js";
import { open, surviveOpening } from "./testing/outcome.js";

/** scripts/fuzz.mjs does the same without a bound. */
const RUNS = 1000;

test("there is a file to damage for every format", () => {
  expect([...READERS].sort()).toEqual(FORMATS.map(({ name }) => name).sort());
});

test.each([...CORPUS])("%s: the files that are damaged are read in whole", (reader, samples) => {
  for (const { bytes, wrap } of samples) {
    const checkpoint = open(wrap(bytes), { sibling: (name) => bytesSource(name, SHARD) });
    expect(checkpoint.format).toBe(reader);
    expect(checkpoint.tensors.size).toBeGreaterThan(0);
    for (const tensor of checkpoint.tensors.values()) tensor.read();
  }
});

/** Of longer files only some of the truncations are tried. */
const TRUNCATIONS = 500;

test.each([...CORPUS])("%s: truncations are refused or opened", (_, samples) => {
  for (const { bytes, wrap } of samples)
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / TRUNCATIONS))
      surviveOpening(wrap(bytes.subarray(0, length)), SHARD);
});

test.each(READERS)("%s: damage gives a value or a CompileError", (reader) => {
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) outcomes.add(runFuzzCase(fuzzCase(reader, 1, run)));
  expect([...outcomes].sort()).toEqual(["opened", "refused"]);
});

test("a run is the same for the same seed and number", () => {
  expect(fuzzCase("npz", 3, 7)).toEqual(fuzzCase("npz", 3, 7));
  expect(fuzzCase("npz", 3, 7)).not.toEqual(fuzzCase("npz", 3, 8));
});
