import { expect, test } from "@jest/globals";
import { fuzzModel, surviveModel } from "./testing/fuzz.js";

/** scripts/fuzz.mjs runs the same for as long as it is told to. */
const RUNS = 2000;

test("a damaged model is read and written again, or refused with a CompileError", () => {
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) outcomes.add(surviveModel(fuzzModel(1, run)));
  expect([...outcomes].sort()).toEqual(["opened", "refused"]);
});
