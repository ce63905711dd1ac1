import { expect, test } from "@jest/globals";
import { OP_NAMES, parseGraph, traitsOf } from "@yolo-compile/ir";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { activateAfterConcat } from "./activate-after-concat.js";

const graph = (lines: readonly string[], result = "%y"): string => `graph t(%a: f32[1,2,3,3], %b: f32[1,4,3,3]) {
  ${lines.join("\n  ")}
  %y = Concat(%p, %q) {axis=1}
  return ${result}
}`;

const silu = (x: string, y: string): string[] => [`%s${y} = Sigmoid(%${x})`, `%${y} = Mul(%${x}, %s${y})`];

test.each([
  ["Relu", ["%p = Relu(%a)", "%q = Relu(%b)"], "Relu(%"],
  ["LeakyRelu", ["%p = LeakyRelu(%a) {alpha=0.1}", "%q = LeakyRelu(%b) {alpha=0.1}"], "{alpha=0.1}"],
  ["SiLU", [...silu("a", "p"), ...silu("b", "q")], "Mul(%"],
])("%s of parts is one of the whole", async (_, lines, part) => {
  const after = await expectRewrite(activateAfterConcat, graph(lines), { applied: 1, tolerance: EXACT });
  expect(after).toContain("Concat(%a, %b)");
  expect(after).toContain(part);
});

test.each(OP_NAMES.filter((op) => traitsOf({ op }).elementwise === "unary"))("%s joins, as every unary op", (op) => {
  const text = graph([`%p = ${op}(%a)`, `%q = ${op}(%b)`]);
  const { graph: after, rewrites } = runPasses(parseGraph(text), [rulePass("test", [activateAfterConcat])]);
  expect(rewrites.map(({ ops }) => ops)).toEqual([["Concat", op, op]]);
  expect(after.nodes.map((node) => node.op)).toEqual(["Concat", op]);
});

test.each([
  ["the activations differ", ["%p = Relu(%a)", ...silu("b", "q")], "the activations differ"],
  [
    "their slopes differ",
    ["%p = LeakyRelu(%a) {alpha=0.1}", "%q = LeakyRelu(%b) {alpha=0.2}"],
    "the activations differ",
  ],
  [
    "one is none",
    ["%p = Relu(%a)", "%q = Softmax(%b) {axis=1}"],
    "an input comes from Softmax, which is no activation",
  ],
  ["one is a product", ["%p = Mul(%a, %a)", "%q = Relu(%b)"], "an input comes from a Mul, which is no activation"],
] as [string, string[], string][])("parts stay where %s", (_, lines, reason) => {
  expectMiss(activateAfterConcat, graph(lines), reason);
});

test("parts stay where others take one", () => {
  const lines = ["%p = Relu(%a)", "%q = Relu(%b)"];
  expectMiss(activateAfterConcat, graph(lines, "%y, %p"), "the Relu output is an output of the graph");
});

test.each([
  ["there is one input only", "%p = Relu(%a)\n%y = Concat(%p) {axis=1}"],
  ["an input repeats", "%p = Relu(%a)\n%y = Concat(%p, %p) {axis=1}"],
  ["the input has no producer", "%q = Relu(%b)\n%y = Concat(%a, %q) {axis=1}"],
  ["the activations differ", "%p = Sigmoid(%a)\n%s = Sigmoid(%b)\n%q = Mul(%b, %s)\n%y = Concat(%p, %q) {axis=1}"],
  ["the activations differ", "%s = Sigmoid(%a)\n%p = Mul(%a, %s)\n%q = Sigmoid(%b)\n%y = Concat(%p, %q) {axis=1}"],
  ["the activations differ", "%p = Relu(%a)\n%q = Tanh(%b)\n%y = Concat(%p, %q) {axis=1}"],
  [
    "an input comes from a Mul, which is no activation",
    "%s = Sigmoid(%a)\n%p = Mul(%s, %s)\n%q = Relu(%b)\n%y = Concat(%p, %q) {axis=1}",
  ],
  [
    "an input comes from a Mul, which is no activation",
    "%n = Neg(%a)\n%s = Sigmoid(%n)\n%p = Mul(%a, %s)\n%q = Relu(%b)\n%y = Concat(%p, %q) {axis=1}",
  ],
  [
    "an input comes from a Mul, which is no activation",
    "%s = Softmax(%a)\n%p = Mul(%a, %s)\n%q = Relu(%b)\n%y = Concat(%p, %q) {axis=1}",
  ],
])("parts stay: %s", (reason, lines) => {
  expectMiss(activateAfterConcat, `graph t(%a: f32[1,2,3,3], %b: f32[1,4,3,3]) {\n${lines}\nreturn %y\n}`, reason);
});

test("SiLU stays where others take its gate, and joins whichever factor comes first", async () => {
  const lines = [...silu("a", "p"), ...silu("b", "q")];
  const reason = "an input comes from a Mul, which is no activation";
  expectMiss(activateAfterConcat, graph(lines, "%y, %sp"), reason);
  const swapped = graph(lines.map((line) => line.replace(/Mul\((%\w+), (%\w+)\)/, "Mul($2, $1)")));
  await expectRewrite(activateAfterConcat, swapped, { applied: 1, tolerance: EXACT });
  const { rewrites } = runPasses(parseGraph(graph(lines)), [rulePass("test", [activateAfterConcat])]);
  expect(rewrites[0]?.ops).toEqual(["Concat", "Sigmoid", "Mul", "Sigmoid", "Mul"]);
});
