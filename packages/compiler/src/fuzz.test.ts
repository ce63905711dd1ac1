import { expect, test } from "@jest/globals";
import { fuzzYaml, surviveYaml } from "./testing/fuzz.js";

/** scripts/fuzz.mjs does the same without a bound. */
const RUNS = 400;

test("a yaml that is nearly right compiles, or is refused with a CompileError", () => {
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) outcomes.add(surviveYaml(fuzzYaml(1, run)));
  expect([...outcomes].sort()).toEqual(["opened", "refused"]);
});

test("a run is the same for the same seed and number", () => {
  expect(fuzzYaml(3, 7)).toBe(fuzzYaml(3, 7));
  expect(fuzzYaml(3, 7)).not.toBe(fuzzYaml(3, 8));
});
