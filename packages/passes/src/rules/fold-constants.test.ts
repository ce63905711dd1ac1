import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { EXACT, expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { foldConstants } from "./fold-constants.js";

test("computes what depends on constants alone, node after node", async () => {
  const text = `graph t(%x: f32[2,2]) {
    %a = f32[2] {1, 2}
    %b = f32[] {10}
    %c = Add(%a, %b)
    %d = Mul(%c, %c)
    %y = Add(%x, %d)
    return %y, %c
  }`;
  expect(await expectRewrite(foldConstants, text, { applied: 2, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[2,2]) {
  %a = f32[2] {121, 144}
  %c = f32[2] {11, 12}
  %y = Add(%x, %a) : f32[2,2]
  return %y, %c
}"
`);
});

test("computes every output of a Split", async () => {
  const text = `graph t(%x: f32[2]) {
    %a = f32[3] {1, 2, 3}
    %p, %q = Split(%a) {sizes=[1, 2]}
    %r = Add(%x, %p)
    %y = Add(%r, %q)
    return %y
  }`;
  const after = await expectRewrite(foldConstants, text, { applied: 1, tolerance: EXACT });
  expect(after).toContain("f32[1] {1}");
  expect(after).toContain("f32[2] {2, 3}");
});

test("a large constant is computed when it is read, not before, and then gives the same", async () => {
  const text = `graph t(%x: f32[40000]) {
    %a = f32[20000,2] random 1
    %t = Transpose(%a) {perm=[1, 0]}
    %f = Reshape(%t) {shape=[-1]}
    %y = Add(%x, %f)
    return %y
  }`;
  await expectRewrite(foldConstants, text, { applied: 2, tolerance: FOLD });
  const before = parseGraph(text.replace("random 1", "elided 00000000"));
  const { graph: after } = runPasses(before, [rulePass("t", [foldConstants])]);
  expect(() => after.nodes[0]!.inputs[1]!.constant!.read()).toThrow("ir/elided");
});

test.each([
  ["an input is computed", "%y = Add(%x, %a)"],
  ["a size depends on symbols", "%c = Expand(%a) {shape=[h, 2]}\n%r = ReduceMax(%c) {axes=[0]}\n%y = Add(%x, %r)"],
  ["Softmax is not folded", "%c = Softmax(%a)\n%y = Add(%x, %c)"],
  [
    "the constant would grow from 8 to 2000000 bytes",
    "%c = Expand(%a) {shape=[125000, 2, 2]}\n%r = ReduceMax(%c) {axes=[0, 1, 2], keepdims=0}\n%y = Add(%x, %r)",
  ],
])("misses where %s", (reason, lines) => {
  expectMiss(foldConstants, `graph t(%x: f32[2], %z: f32[h]) {\n%a = f32[2] {1, 2}\n${lines}\nreturn %y\n}`, reason);
});

test("misses what has no result", () => {
  const text = `graph t(%x: i64[1]) {
    %a = i64[1] {1}
    %z = i64[1] {0}
    %c = Div(%a, %z)
    %y = Add(%x, %c)
    return %y
  }`;
  expectMiss(foldConstants, text, "Div(i64[1], i64[1]): an integer is divided by 0");
});

test("a constant may grow by a megabyte, and not by more", async () => {
  const grown = (count: number) => `graph t(%x: f32[${count}]) {
    %a = f32[] splat 2
    %c = Expand(%a) {shape=[${count}]}
    %y = Add(%x, %c)
    return %y
  }`;
  const most = 2 ** 18 + 1;
  await expectRewrite(foldConstants, grown(most), { applied: 1, tolerance: EXACT });
  expectMiss(foldConstants, grown(most + 1), `the constant would grow from 4 to ${4 * (most + 1)} bytes`);
});
