import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { parseGraph } from "@yolo-compile/ir";
import { dropDeadCode, dropIdentity, foldBatchNorm, miss, rule } from "@yolo-compile/passes";
import { EXACT, FOLD } from "@yolo-compile/runtime";
import { expectMiss, expectRewrite, expectSameOutputs } from "./expect-rewrite.js";
import { runGraph, signedNoise } from "./run-graph.js";

const IDENTITY = "graph t(%x: f32[2,3]) {\n%i = Identity(%x)\n%y = Relu(%i)\nreturn %y\n}";

test("the text of the rewritten graph comes back", async () => {
  expect(await expectRewrite(dropIdentity, IDENTITY, { applied: 1, tolerance: EXACT })).toBe(
    "graph t(%x: f32[2,3]) {\n  %y = Relu(%x) : f32[2,3]\n  return %y\n}",
  );
  await expectRewrite(dropDeadCode, IDENTITY, { applied: 0, tolerance: EXACT });
});

/** A rewrite that is wrong by a hair on negative numbers. */
const wrong = rule("wrong", ["Relu"], (node, _, { replace }) =>
  replace(node, (emit) => emit("LeakyRelu", [node.inputs[0]], { alpha: 0.001 })),
);

test("another number of rewrites fails, and the misses are told", async () => {
  await expect(expectRewrite(dropIdentity, IDENTITY, { applied: 2, tolerance: EXACT })).rejects.toThrow(
    "rewrites of drop-identity",
  );
  const conv =
    "graph t(%x: f32[1,2]) {\n%v = f32[2] splat 1\n%y = BatchNormalization(%x, %v, %v, %v, %v)\nreturn %y\n}";
  await expect(expectRewrite(foldBatchNorm, conv, { applied: 1, tolerance: EXACT })).rejects.toThrow(
    "the input has no producer",
  );
});

test("outputs that differ fail", async () => {
  await expect(expectRewrite(wrong, IDENTITY, { applied: 1, tolerance: FOLD })).rejects.toThrow(
    /y at disabled is .* apart .*FOLD/,
  );
  const [one, two] = ["%x", "%i"].map((value) =>
    parseGraph(`graph t(%x: f32[2]) {\n%i = Exp(%x)\nreturn y = ${value}\n}`),
  );
  await expect(expectSameOutputs(one!, two!, FOLD)).rejects.toThrow("apart");
});

test("outputs that are not finite fail", async () => {
  const log = "graph t(%x: f32[2,3]) {\n%i = Identity(%x)\n%y = Log(%i)\nreturn %y\n}";
  await expect(expectRewrite(dropIdentity, log, { applied: 1, tolerance: FOLD })).rejects.toThrow(
    "values that are not finite",
  );
});

test("a text that is wrong fails before anything runs", async () => {
  await expect(
    expectRewrite(dropIdentity, IDENTITY.replace("%i)", "%j)"), { applied: 1, tolerance: EXACT }),
  ).rejects.toThrow("ir/syntax");
});

const picky = rule("picky", ["Relu"], () => miss("not today"));

test("a miss has the reason that is expected", () => {
  expectMiss(picky, IDENTITY, "not today");
  expect(() => expectMiss(picky, IDENTITY, "never")).toThrow('no miss is "never", but: not today');
  expect(() => expectMiss({ ...picky, ops: new Set(["Conv"]) }, IDENTITY, "not today")).toThrow("but: none");
  expect(() => expectMiss(dropIdentity, IDENTITY, "not today")).toThrow("drop-identity was expected to miss");
});

test("inputs are reproducible, on both sides of zero, and of the type that is asked for", async () => {
  const type = { dtype: "f32", shape: [50] } as const;
  const noise = [...toFloat64(signedNoise(type, 1))];
  expect([...toFloat64(signedNoise(type, 1))]).toEqual(noise);
  expect([...toFloat64(signedNoise(type, 2))]).not.toEqual(noise);
  expect(Math.min(...noise)).toBeLessThan(-1);
  expect(Math.max(...noise)).toBeGreaterThan(1);
  expect(new Set(toFloat64(signedNoise({ dtype: "i64", shape: [50] }, 1)))).toEqual(new Set([-2, -1, 0, 1]));
  expect(new Set(toFloat64(signedNoise({ dtype: "bool", shape: [50] }, 1)))).toEqual(new Set([0, 1]));
  const two = parseGraph("graph t(%a: f32[3], %b: f32[3]) {\n%y = Sub(%b, %a)\nreturn %y\n}");
  const [found] = await runGraph(two, { seed: 5 });
  const [a, b] = [5, 6].map((seed) => toFloat64(signedNoise({ dtype: "f32", shape: [3] }, seed)));
  expect([...toFloat64(found!)]).toEqual([...b!].map((value, index) => Math.fround(value - a![index]!)));
});
