import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { dropIdentity } from "./drop-identity.js";

const graph = (lines: string): string => `graph t(%x: f32[2,1,3]) {
  %r = Relu(%x)
  %n = i64[1] {1}
  %z = i64[1] {0}
  ${lines}
  %y = Neg(%i)
  return %y
}`;

const DROPPED: readonly string[] = [
  "%i = Identity(%r)",
  "%i = Cast(%r) {to=f32}",
  "%i = Concat(%r) {axis=1}",
  "%s = i64[3] {2, 1, 3}\n%i = Expand(%r, %s)",
  "%i = Expand(%r, %n)",
  "%p = i64[6] splat 0\n%i = Pad(%r, %p)",
  '%p = i64[2] splat 0\n%i = Pad(%r, %p, _, %n) {mode="edge"}',
  "%s = i64[3] {0, -1, 3}\n%i = Reshape(%r, %s)",
  "%e = i64[1] {9}\n%i = Slice(%r, %z, %e)",
  "%e = i64[1] {2}\n%i = Slice(%r, %z, %e, %z, %n)",
  "%k = i64[1] {3}\n%a = i64[1] {2}\n%i = Split(%r, %k) {axis=2}",
  "%e = i64[0] {}\n%i = Squeeze(%r, %e)",
  "%e = i64[0] {}\n%i = Unsqueeze(%r, %e)",
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
  ["the Expand changes its input", "%s = i64[3] {2, 2, 3}\n%i = Expand(%r, %s)"],
  ["the Flatten changes its input", "%i = Flatten(%r)"],
  ["the Pad changes its input", "%p = i64[6] {0, 0, 0, 0, 0, 1}\n%i = Pad(%r, %p)"],
  ["the Pad changes its input", '%p = i64[6] {0, 0, -1, 0, 0, 1}\n%i = Pad(%r, %p) {mode="edge"}'],
  ["the Reshape changes its input", "%s = i64[2] {2, 3}\n%i = Reshape(%r, %s)"],
  ["the Slice changes its input", "%e = i64[1] {1}\n%i = Slice(%r, %z, %e)"],
  [
    "the Slice changes its input",
    "%s = i64[1] {-1}\n%e = i64[1] {-9}\n%a = i64[1] {2}\n%i = Slice(%r, %s, %e, %a, %s)",
  ],
  ["the Split changes its input", "%k = i64[2] {1, 1}\n%i, %j = Split(%r, %k)"],
  ["the Squeeze changes its input", "%i = Squeeze(%r, %n)"],
  ["the Transpose changes its input", "%i = Transpose(%r) {perm=[1, 0, 2]}"],
  ["the Unsqueeze changes its input", "%i = Unsqueeze(%r, %z)"],
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
