import { expect, test } from "@jest/globals";
import { parseLiteral } from "./literal.js";
import { asNumber, type PyValue, repr } from "./python.js";

const float = (pyFloat: number): PyValue => ({ pyFloat });

// What CPython 3.11 prints.
test.each<[PyValue, string]>([
  [null, "None"],
  [true, "True"],
  [false, "False"],
  [-3, "-3"],
  [float(0.1), "0.1"],
  [float(1), "1.0"],
  [float(100), "100.0"],
  [float(-0.5), "-0.5"],
  [float(0), "0.0"],
  [float(0.0001), "0.0001"],
  [float(0.00001), "1e-05"],
  [float(0.0000125), "1.25e-05"],
  [float(-1e-100), "-1e-100"],
  [float(1e15), "1000000000000000.0"],
  [float(1e16), "1e+16"],
  [float(123456789012345680), "1.2345678901234568e+17"],
  [float(Number.POSITIVE_INFINITY), "inf"],
  [float(Number.NEGATIVE_INFINITY), "-inf"],
  [float(Number.NaN), "nan"],
  ["nearest", "'nearest'"],
  ["a'b", `"a'b"`],
  ['a"b', `'a"b'`],
  [`a'"b`, `'a\\'"b'`],
  ["a\nb\\c", "'a\\nb\\\\c'"],
  [[null, 2, "nearest"], "[None, 2, 'nearest']"],
  [[[]], "[[]]"],
  [new Map<string, PyValue>([["a", [1, null]]]), "{'a': [1, None]}"],
])("%j is printed as Python prints it", (value, text) => {
  expect(repr(value)).toBe(text);
});

// What PyTorch 2.13 prints for the module.
test.each([
  ["nn.ReLU()", "ReLU()"],
  ["nn.ReLU(True)", "ReLU(inplace=True)"],
  ["nn.ReLU(False)", "ReLU()"],
  ["nn.SiLU(inplace=True)", "SiLU(inplace=True)"],
  ["nn.LeakyReLU(0.1)", "LeakyReLU(negative_slope=0.1)"],
  ["nn.LeakyReLU()", "LeakyReLU(negative_slope=0.01)"],
  ["nn.LeakyReLU(inplace=True)", "LeakyReLU(negative_slope=0.01, inplace=True)"],
  ["nn.ELU(0.5)", "ELU(alpha=0.5)"],
  ["nn.ELU()", "ELU(alpha=1.0)"],
  ["nn.CELU(0.5)", "CELU(alpha=0.5)"],
  ["nn.PReLU(8)", "PReLU(num_parameters=8)"],
  ["nn.PReLU(8, 0.1)", "PReLU(num_parameters=8)"],
  ["nn.PReLU()", "PReLU(num_parameters=1)"],
  ["nn.Hardtanh()", "Hardtanh(min_val=-1.0, max_val=1.0)"],
  ["nn.Hardtanh(max_val=3, min_val=-2)", "Hardtanh(min_val=-2, max_val=3)"],
  ["nn.GELU()", "GELU(approximate='none')"],
  ["nn.GELU('tanh')", "GELU(approximate='tanh')"],
  ["nn.Softplus()", "Softplus(beta=1.0, threshold=20.0)"],
  ["nn.Hardswish()", "Hardswish()"],
  ["nn.Unknown(1, a=2)", "Unknown(1, a=2)"],
])("%s is printed as %s", (text, printed) => {
  expect(repr(parseLiteral(text, new Map())!)).toBe(printed);
});

test("a number is an int or a float, and nothing else", () => {
  expect([1, float(2.5), true, "1", null, undefined, [1]].map(asNumber)).toEqual([
    1,
    2.5,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
