import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { parseGraph } from "@yolo-compile/ir";
import { calibrate } from "./calibrate.js";

const GRAPH = parseGraph(`graph t(%x: f32[1,1,2,2]) {
  %w = f32[1,1,1,1] splat -2
  %c = Conv(%x, %w) @ a
  %s = Sigmoid(%c) @ b
  %t = Tanh(%s) @ c
  return %t
}`);

const input = (...numbers: readonly number[]) => new Map([["x", tensorOf("f32", [1, 1, 2, 2], numbers)]]);

test("the extremes are those of all inputs, of values that integers may take the place of", async () => {
  const ranges = await calibrate(GRAPH, [input(0, 1, 2, 3), input(-1, 0, 0, 1)], "minmax");
  const found = [...ranges].map(([{ hint }, { min, max }]) => [hint, min, max]);
  expect(found).toEqual([
    ["x", -1, 3],
    ["c", -6, 2],
    ["s", expect.closeTo(1 / (1 + Math.exp(6)), 5), expect.closeTo(1 / (1 + Math.exp(-2)), 5)],
  ]);
});

test("other ways of making ranges stay within the extremes", async () => {
  for (const how of ["percentile", "mse"] as const)
    for (const [{ hint }, { min, max }] of await calibrate(GRAPH, [input(0, 1, 2, 3)], how)) {
      if (hint !== "x") continue;
      expect(min).toBeGreaterThanOrEqual(0);
      expect(max).toBeLessThanOrEqual(3);
      expect(max).toBeGreaterThan(1);
    }
});
