import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { dropIdentity } from "./drop-identity.js";

const graph = (lines: string): string => `graph t(%x: f32[2,1,3]) {
  %r = Relu(%x)
  ${lines}
  %y = Neg(%i)
  return %y
}`;

const DROPPED: readonly string[] = [
  "%i = Identity(%r)",
  "%i = Cast(%r) {to=f32}",
  "%i = Concat(%r) {axis=1}",
  "%i = Expand(%r) {shape=[2, 1, 3]}",
  "%i = Expand(%r) {shape=[1]}",
  "%i = Pad(%r) {pads=[0, 0, 0, 0, 0, 0]}",
  '%i = Pad(%r) {pads=[0, 0, 0, 0, 0, 0], mode="edge"}',
  "%i = Reshape(%r) {shape=[0, -1, 3]}",
  "%i = Slice(%r) {starts=[0], ends=[9], axes=[0]}",
  "%i = Slice(%r) {starts=[0], ends=[2], axes=[0], steps=[1]}",
  "%i = Split(%r) {axis=2, sizes=[3]}",
  "%i = Squeeze(%r) {axes=[]}",
  "%i = Unsqueeze(%r) {axes=[]}",
  "%i = Transpose(%r) {perm=[0, 1, 2]}",
];

test.each(DROPPED)("%s", async (lines) => {
  const after = await expectRewrite(dropIdentity, graph(lines), { applied: 1, tolerance: EXACT });
  expect(after).toContain("%y = Neg(%r)");
});

test("a Flatten of a matrix, and a row of identities", async () => {
  const text = `graph t(%x: f32[2,3]) {
    %f = Flatten(%x)
    %i = Identity(%f)
    %j = Identity(%i)
    return %j
  }`;
  expect(await expectRewrite(dropIdentity, text, { applied: 3, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[2,3]) {
  return j = %x
}"
`);
});

test("an output keeps its name", async () => {
  const text = `graph t(%x: f32[2]) {
    %r = Relu(%x)
    %i = Identity(%r)
    return output0 = %i, relu = %r
  }`;
  expect(await expectRewrite(dropIdentity, text, { applied: 1, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[2]) {
  %output0 = Relu(%x) : f32[2]
  return %output0, relu = %output0
}"
`);
});

const KEPT: readonly (readonly [reason: string, lines: string])[] = [
  ["the Cast changes its input", "%i = Cast(%r) {to=f16}"],
  ["the Concat changes its input", "%i = Concat(%r, %r) {axis=0}"],
  ["the Expand changes its input", "%i = Expand(%r) {shape=[2, 2, 3]}"],
  ["the Flatten changes its input", "%i = Flatten(%r)"],
  ["the Pad changes its input", "%i = Pad(%r) {pads=[0, 0, 0, 0, 0, 1]}"],
  ["the Pad changes its input", '%i = Pad(%r) {pads=[0, 0, -1, 0, 0, 1], mode="edge"}'],
  ["the Reshape changes its input", "%i = Reshape(%r) {shape=[2, 3]}"],
  ["the Slice changes its input", "%i = Slice(%r) {starts=[0], ends=[1], axes=[0]}"],
  ["the Slice changes its input", "%i = Slice(%r) {starts=[-1], ends=[-9], axes=[2], steps=[-1]}"],
  ["the Split changes its input", "%i, %j = Split(%r) {sizes=[1, 1]}"],
  ["the Squeeze changes its input", "%i = Squeeze(%r) {axes=[1]}"],
  ["the Transpose changes its input", "%i = Transpose(%r) {perm=[1, 0, 2]}"],
  ["the Unsqueeze changes its input", "%i = Unsqueeze(%r) {axes=[0]}"],
];

test.each(KEPT)("%s: %s", (reason, lines) => {
  expectMiss(dropIdentity, graph(lines), reason);
});

test("every op that it looks at has a hit and a miss here, but Identity, which always goes", () => {
  const opsIn = (texts: readonly string[]) => new Set(texts.map((text) => /%i(?:, %j)? = (\w+)\(/.exec(text)![1]!));
  const ops = dropIdentity.ops!;
  expect([...opsIn(DROPPED), "Flatten"].sort()).toEqual([...ops].sort());
  expect([...opsIn(KEPT.map(([, lines]) => lines)), "Identity"].sort()).toEqual([...ops].sort());
});
