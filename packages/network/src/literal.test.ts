import { expect, test } from "@jest/globals";
import { parseLiteral } from "./literal.js";
import type { PyValue } from "./python.js";

const NAMES = new Map<string, PyValue>([
  ["nc", 80],
  ["anchors", [[1, 2]]],
]);
const read = (text: string): PyValue | undefined => parseLiteral(text, NAMES);
const float = (pyFloat: number): PyValue => ({ pyFloat });
const call = (name: string, args: PyValue[] = [], keywords: [string, PyValue][] = []): PyValue => ({
  call: name,
  args,
  keywords: new Map(keywords),
});

test.each<[string, PyValue]>([
  ["1", 1],
  [" -2 ", -2],
  ["1.5", float(1.5)],
  ["1.", float(1)],
  [".5", float(0.5)],
  ["1e3", float(1000)],
  ["-1.5E-2", float(-0.015)],
  ["None", null],
  ["True", true],
  ["False", false],
  ["'a b'", "a b"],
  ['"a\'b"', "a'b"],
  ["''", ""],
  ["nc", 80],
  ["anchors", [[1, 2]]],
  ["[1, 2]", [1, 2]],
  ["[1, [2, 3],]", [1, [2, 3]]],
  ["[]", []],
  ["(1, 2)", [1, 2]],
  ["(1,)", [1]],
  ["()", []],
  ["(1)", 1],
  ["((1))", 1],
  ["[nc, None]", [80, null]],
  ["nn.ReLU()", call("nn.ReLU")],
  ["torch.nn.ReLU()", call("nn.ReLU")],
  ["nn.LeakyReLU(0.1, True)", call("nn.LeakyReLU", [float(0.1), true])],
  ["nn.PReLU(nc, init = 0.5)", call("nn.PReLU", [80], [["init", float(0.5)]])],
  ["[nn.ReLU(), nn.SiLU()]", [call("nn.ReLU"), call("nn.SiLU")]],
])("%j is %j", (text, value) => {
  expect(read(text)).toEqual(value);
});

// parse_model keeps these texts, or Python would run code.
test.each([
  "",
  "nearest",
  "no",
  "1 2",
  "[1",
  "1]",
  "[1 2]",
  "(,)",
  "1+1",
  "'a",
  "'a\\n'",
  "nn.ReLU",
  "nn.ReLU(",
  "nn.ReLU(1 2)",
  "nn.functional.relu(1)",
  "os.system('x')",
  "__import__('os')",
  "torch.nn.modules.ReLU()",
  "lambda: 1",
  "=",
])("%j is no literal", (text) => {
  expect(read(text)).toBeUndefined();
});

test("nesting ends before the stack does", () => {
  expect(read(`${"[".repeat(16)}1${"]".repeat(16)}`)).toBeDefined();
  expect(read(`${"[".repeat(17)}1${"]".repeat(17)}`)).toBeUndefined();
  expect(read("[".repeat(100_000))).toBeUndefined();
});
