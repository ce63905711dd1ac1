import { expect, test } from "@jest/globals";
import { isCompileError, tensorBytes, tensorOf, toFloat64, uniformFloats } from "@yolo-compile/core";
import { verifyGraph } from "../verify-graph.js";
import { parseGraph } from "./parse.js";
import { printGraph } from "./print.js";

const TEXT = `// a comment
graph net(%x: f32[1,3,8,8]) { // another
  meta "k" = "v"
  %w = f32[4,3,3,3] random 7
  %b = f32[4] {1, 2, 3, 4}
  %c = Conv(%x, %w, _) {strides=[2,2], pads=[1, 1, 1, 1]} : f32[1,4,4,4] @ model.0.conv [fold-batch-norm, other]
  %k = Relu(%b)
  %l, %"r 1" = Split(%c){axis=1,sizes=[1,3]}
  return output0 = %l, %"r 1"
}`;

test("reads what the grammar allows", () => {
  const graph = parseGraph(TEXT);
  verifyGraph(graph);
  expect(graph.name).toBe("net");
  expect(graph.metadata).toEqual(new Map([["k", "v"]]));
  const [conv, , split] = graph.nodes;
  expect(conv!.origin).toEqual({ path: "model.0.conv", rules: ["fold-batch-norm", "other"] });
  expect(conv!.inputs[2]).toBeUndefined();
  expect(conv!.attributes).toEqual({ dilations: [1, 1], group: 1, pads: [1, 1, 1, 1], strides: [2, 2] });
  expect(graph.outputs.map(({ name }) => name)).toEqual(["output0", "r 1"]);
  expect(graph.outputs.map(({ value }) => value)).toEqual(split!.outputs);
});

const firstConstant = (constant: string) => {
  const graph = parseGraph(`graph t() {\n%c = ${constant}\nreturn %c\n}`);
  return graph.outputs[0]!.value.constant!;
};

test("random constants are the numbers of uniformFloats, scaled", () => {
  const uniform = [...uniformFloats(7, 5)];
  const numbers = (constant: string) => [...toFloat64(firstConstant(constant).read())];
  expect(numbers("f32[5] random 7")).toEqual(uniform.map((u) => Math.fround(2 * u - 1)));
  expect(numbers("f64[5] random 7 in [0.5, 2]")).toEqual(uniform.map((u) => 0.5 + 1.5 * u));
  expect(firstConstant("f16[5] random 7").read()).toEqual(
    tensorOf(
      "f16",
      [5],
      uniform.map((u) => 2 * u - 1),
    ),
  );
});

test("a large constant survives as base64, bit for bit", () => {
  const graph = parseGraph(TEXT);
  const text = printGraph(graph, { constants: "full" });
  const again = parseGraph(text);
  expect(tensorBytes(again.nodes[0]!.inputs[1]!.constant!.read())).toEqual(
    tensorBytes(graph.nodes[0]!.inputs[1]!.constant!.read()),
  );
  expect(printGraph(again)).toBe(printGraph(graph));
});

test("an elided constant has a type and prints, but cannot be read", () => {
  const text = printGraph(parseGraph(TEXT));
  const graph = parseGraph(text);
  verifyGraph(graph);
  expect(printGraph(graph)).toBe(text);
  expect(printGraph(graph, { constants: "full" })).toBe(text);
  expect(() => graph.nodes[0]!.inputs[1]!.constant!.read()).toThrow(
    'ir/elided: the content of %w, f32[4,3,3,3] with crc32 baecff9a, was left out of the text - print the graph with { constants: "full" }',
  );
});

test("a splat fills", () => {
  expect([...firstConstant("i64[2,2] splat -3").read().data]).toEqual([-3n, -3n, -3n, -3n]);
  expect([...firstConstant("bool[2] splat true").read().data]).toEqual([1, 1]);
});

/** One edit of {@link TEXT} and the error, with its place. */
const ERRORS: readonly (readonly [from: string, to: string, message: string])[] = [
  ["graph net", "net", "ir/syntax: found net, expected graph (t.ir, line 2, column 1)"],
  ["graph net", "graph", "ir/syntax: found (, expected the name of the graph (t.ir, line 2, column 6)"],
  ["%x: f32", "x: f32", "ir/syntax: found x, expected a value, such as %x (t.ir, line 2, column 11)"],
  ["%x: f32", "% x: f32", "ir/syntax: found x, expected a name right after the % (t.ir, line 2, column 13)"],
  ["%x: f32", "%x f32", "ir/syntax: found f32, expected : (t.ir, line 2, column 14)"],
  ["%x: f32", "%x: f31", "ir/syntax: found f31, expected an element type, such as f32 (t.ir, line 2, column 15)"],
  ["[1,3,8,8]", "[1,3,-8,8]", "ir/syntax: found -8, expected a size that is never negative (t.ir, line 2, column 23)"],
  ["[1,3,8,8]", "[1,3 8,8]", "ir/syntax: found 3, expected a size, such as 4 or 32*h (t.ir, line 2, column 21)"],
  ["[1,3,8,8]", "[1,3,8e9,8]", "ir/syntax: found 8e9, expected a size, such as 4 or 32*h (t.ir, line 2, column 23)"],
  [
    "[1,3,8,8]",
    "[99999,99999]",
    "ir/syntax: found f32, expected a type of at most 268435456 elements (t.ir, line 2, column 15)",
  ],
  ['meta "k"', "meta k", "ir/syntax: found k, expected a key in quotes (t.ir, line 3, column 8)"],
  ['= "v"', "= v", "ir/syntax: found v, expected a text in quotes (t.ir, line 3, column 14)"],
  ['= "v"', '= "v', 'ir/syntax: found "v, expected a string that ends on its line (t.ir, line 3, column 14)'],
  ['= "v"', '= "\\v"', 'ir/syntax: found "\\v", expected a string as JSON spells it (t.ir, line 3, column 14)'],
  ['= "v"', '= "v"\nmeta "k" = ""', 'ir/syntax: found "k", expected each key once (t.ir, line 4, column 6)'],
  [
    "random 7",
    "randm 7",
    "ir/syntax: found randm, expected {, splat, random, base64, elided (t.ir, line 4, column 21)",
  ],
  ["random 7", "random 7.5", "ir/syntax: found 7.5, expected an integer (t.ir, line 4, column 28)"],
  ["random 7", "random 7 in 1", "ir/syntax: found 1, expected [ (t.ir, line 4, column 33)"],
  [
    "f32[4,3,3,3] random",
    "i64[4,3,3,3] random",
    "ir/syntax: found 7, expected a float type before random, not i64 (t.ir, line 4, column 28)",
  ],
  [
    "random 7",
    "elided 7",
    "ir/syntax: found 7, expected a crc32 of eight hexadecimal digits (t.ir, line 4, column 28)",
  ],
  ["random 7", 'base64 "?"', 'ir/syntax: found "?", expected base64 (t.ir, line 4, column 28)'],
  ["random 7", 'base64 "AAAA"', "ir/syntax: found 3, expected 432 bytes (t.ir, line 4, column 28)"],
  ["random 7", "base64 AAAA", "ir/syntax: found AAAA, expected a string of base64 (t.ir, line 4, column 28)"],
  ["{1, 2, 3, 4}", "{1, 2, 3}", "ir/syntax: found 3, expected 4 elements (t.ir, line 5, column 15)"],
  ["{1, 2, 3, 4}", "{1, 2, x}", "ir/syntax: found x, expected a number (t.ir, line 5, column 22)"],
  ["{1, 2, 3, 4}", "{1, 2, 3, 4", "ir/syntax: found %c, expected , or } (t.ir, line 6, column 3)"],
  ["%b =", "%x =", "ir/syntax: found %x, expected a name that is new (t.ir, line 5, column 3)"],
  ["%b =", "%b, %e =", "ir/syntax: found f32, expected an op (t.ir, line 5, column 12)"],
  ["%b =", "b =", "ir/syntax: found b, expected meta, return, or a value, such as %x (t.ir, line 5, column 3)"],
  ["%b =", "%b :", "ir/syntax: found :, expected = (t.ir, line 5, column 6)"],
  ["Conv(", "Cnov(", "ir/syntax: found Cnov, expected an op - did you mean Conv, Cos? (t.ir, line 6, column 8)"],
  ["Conv(", "%Conv(", "ir/syntax: found %Conv, expected an op or an element type (t.ir, line 6, column 8)"],
  [
    "Conv(%x, %w",
    "Conv(%x, %z",
    "ir/syntax: found %z, expected a value that is defined above (t.ir, line 6, column 17)",
  ],
  [
    "Conv(%x, %w",
    "Conv(%x, %c",
    "ir/syntax: found %c, expected a value that is defined above (t.ir, line 6, column 17)",
  ],
  ["Conv(%x, %w, _", "Conv(%x", "ir/inputs: Conv has 1 inputs, expected 2 to 3 (t.ir, line 6, column 8)"],
  [
    "Conv(%x, %w",
    "Conv(%x, %b",
    "ir/type: Conv(f32[1,3,8,8], f32[4], _): input 1 must have rank 4 (t.ir, line 6, column 8)",
  ],
  [
    "strides=",
    "stride=",
    "ir/syntax: found stride, expected an attribute of Conv - did you mean strides? (t.ir, line 6, column 25)",
  ],
  ["strides=", "__proto__=", "ir/syntax: found __proto__, expected an attribute of Conv (t.ir, line 6, column 25)"],
  ["pads=", "strides=", "ir/syntax: found strides, expected each attribute once (t.ir, line 6, column 40)"],
  ["[2,2]", "2", "ir/syntax: found 2, expected [ (t.ir, line 6, column 33)"],
  [
    "[2,2]",
    "[2,9007199254740992]",
    "ir/syntax: found 9007199254740992, expected an integer below 2^53 (t.ir, line 6, column 36)",
  ],
  [
    "f32[1,4,4,4]",
    "f32[1,4,4]",
    "ir/syntax: found f32[1,4,4], expected f32[1,4,4,4], as inferred (t.ir, line 6, column 59)",
  ],
  [
    "f32[1,4,4,4]",
    "f32[1,4,4,4], f32[]",
    "ir/syntax: found f32[1,4,4,4], f32[], expected f32[1,4,4,4], as inferred (t.ir, line 6, column 59)",
  ],
  ["model.0.conv", "", "ir/syntax: found [, expected the path of an origin (t.ir, line 6, column 77)"],
  [", other]", ", ]", "ir/syntax: found ], expected a rule (t.ir, line 6, column 107)"],
  ['%l, %"r 1" =', "%l =", "ir/syntax: found 1, expected 2 values left of Split (t.ir, line 8, column 8)"],
  ['%l, %"r 1" =', "%l, %l =", "ir/syntax: found %l, expected a name that is new (t.ir, line 8, column 7)"],
  [
    "return",
    "retrun",
    "ir/syntax: found retrun, expected meta, return, or a value, such as %x (t.ir, line 9, column 3)",
  ],
  ["output0 = %l", "output0 %l", "ir/syntax: found %l, expected = (t.ir, line 9, column 18)"],
  ["output0 = %l", '"r 1" = %l', "ir/syntax: found %, expected each output name once (t.ir, line 9, column 22)"],
  ["output0 = %l", "=", "ir/syntax: found =, expected an output, such as %y or name = %y (t.ir, line 9, column 10)"],
  ["\n}", "", "ir/syntax: found the end, expected , or } (t.ir, line 9, column 30)"],
  ["\n}", "\n} graph", "ir/syntax: found graph, expected the end (t.ir, line 10, column 3)"],
];

test.each(ERRORS)("%s -> %s", (from, to, message) => {
  const broken = TEXT.replace(from, to);
  expect(broken).not.toBe(TEXT);
  let found: unknown;
  try {
    parseGraph(broken, "t.ir");
  } catch (error) {
    found = error;
  }
  expect(isCompileError(found)).toBe(true);
  expect(String(found).replace("CompileError: ", "")).toBe(message);
});
