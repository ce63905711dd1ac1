import { expect, test } from "@jest/globals";
import type { Check, ComparedCheck } from "./report.js";
import { verdictInWords } from "./verdict-in-words.js";

const check = (given: Partial<ComparedCheck> = {}): ComparedCheck => ({
  status: "compared",
  input: "noise",
  output: "output0",
  runtimeLevel: "off",
  provider: "cpu",
  tolerance: { name: "FOLD", relative: given.allowed ?? 1e-4 },
  part: "size",
  unit: "the box’s longer side",
  allowed: 1e-4,
  maxAbs: 1e-4,
  maxRel: 3e-6,
  nonFinite: 0,
  ok: true,
  ...given,
});
const skipped: Check = {
  status: "skipped",
  input: "noise",
  output: "output0",
  runtimeLevel: "off",
  provider: "cuda",
  reason: "no GPU",
};

test.each<[string, boolean, readonly Check[], readonly string[]]>([
  ["PASSED: differs by 3.0e-6 of the box’s longer side (size), 33 times less than allowed", true, [check()], []],
  [
    "PASSED: differs by 2.0e-5 of 4p(1-p) (classes), 5.0 times less than allowed",
    true,
    [check(), check({ part: "classes", unit: "4p(1-p)", maxRel: 2e-5 }), skipped],
    [],
  ],
  ["PASSED: the same numbers, bit for bit", true, [check({ maxAbs: 0, maxRel: 0 })], []],
  [
    "PASSED: differs by 9.8e-5 of the box’s longer side (size), just within what is allowed",
    true,
    [check({ maxRel: 9.8e-5 })],
    [],
  ],
  [
    "FAILED: differs by 5.0e-1 of the box’s longer side (size), 5000 times more than allowed (FOLD, 1e-4), in 1 of 2 comparisons; 1 object is lost",
    false,
    [check(), check({ maxRel: 0.5, ok: false })],
    ["1 object is lost"],
  ],
  ["FAILED: 1 number of output0 is not finite", false, [check({ nonFinite: 1, ok: false })], []],
  ["FAILED: 1 object is lost", false, [check()], ["1 object is lost"]],
  ["PASSED: the same 3 objects", true, [check({ allowed: Number.POSITIVE_INFINITY })], ["the same 3 objects"]],
  [
    "FAILED: differs by 3.0e-6 of the box’s longer side (size), where nothing is allowed (FOLD, 0), in 1 of 1 comparison",
    false,
    [check({ allowed: 0, ok: false })],
    [],
  ],
  ["PASSED: no outputs were compared", true, [skipped], []],
])("%s", (words, ok, checks, problems) => {
  expect(verdictInWords(ok, checks, problems)).toBe(words);
});
