import { expect, test } from "@jest/globals";
import { fuzzModel, surviveModel } from "./testing/fuzz.js";

/** scripts/fuzz.mjs does the same without a bound. */
const RUNS = 2000;

test("a damaged model is read and written again, or refused with a CompileError", () => {
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) outcomes.add(surviveModel(fuzzModel(1, run)));
  expect([...outcomes].sort()).toEqual(["opened", "refused"]);
});
