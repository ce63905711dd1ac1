import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { moveConvBeforeResize } from "./move-conv-before-resize.js";

const graph = (
  resize: string,
  conv = "%y = Conv(%u, %w, %c)",
  result = "%y",
  filters = 6,
): string => `graph t(%x: f32[2,8,3,4]) {
  %w = f32[${filters},8,1,1] random 1
  %c = f32[${filters}] random 2
  %u = Resize(%x) {${resize}}
  ${conv}
  return ${result}
}`;

const TWICE = "scales=[1, 1, 2, 2]";

test("pixels are repeated after the convolution of single pixels", async () => {
  const after = await expectRewrite(moveConvBeforeResize, graph(TWICE), { applied: 1, tolerance: FOLD });
  expect(after.match(/= (Conv|Resize)\(.*/g)).toMatchInlineSnapshot(`
[
  "= Conv(%x, %w, %c) : f32[2,6,3,4] @ "" [move-conv-before-resize]",
  "= Resize(%Conv/move-conv-before-resize) {scales=[1, 1, 2, 2]} : f32[2,6,6,8] @ "" [move-conv-before-resize]",
]
`);
});

test.each([
  ["without a bias", graph(TWICE, "%y = Conv(%u, %w)")],
  ["to sizes", graph("sizes=[2, 8, 6, 8]")],
  ["to sizes of no whole factor", graph("sizes=[2, 8, 7, 9]")],
  ["along one axis", graph("scales=[1, 1, 1, 3]")],
  ["in groups", graph(TWICE, "%g = f32[6,4,1,1] random 3\n  %y = Conv(%u, %g) {group=2}")],
  ["rounded to the nearest", graph(`${TWICE}, coordinate_transformation_mode="half_pixel", nearest_mode="ceil"`)],
])("%s", async (_, text) => {
  const after = await expectRewrite(moveConvBeforeResize, text, { applied: 1, tolerance: FOLD });
  expect(after.indexOf("Conv(%x")).toBeGreaterThan(0);
});

test("sides that are open grow by the scales", () => {
  const text = graph(TWICE).replace("f32[2,8,3,4]", "f32[2,8,h,w]");
  const { graph: after } = runPasses(parseGraph(text), [rulePass("test", [moveConvBeforeResize])]);
  expect(after.nodes.map(({ op }) => op)).toEqual(["Conv", "Resize"]);
});

test("a map that others take is repeated for them still, where the sums saved are many", async () => {
  const shown = graph(TWICE, "%v = f32[6,64,1,1] random 3\n  %y = Conv(%u, %v)", "%y, %u").replace("[2,8,", "[2,64,");
  const text = shown.replace(/%w = .*\n/, "").replace(/%c = .*\n/, "");
  const after = await expectRewrite(moveConvBeforeResize, text, { applied: 1, tolerance: FOLD });
  expect(after.match(/Resize\(/g)).toHaveLength(2);
});

test("open sizes do not tell how much a map grows", () => {
  const text = graph("sizes=[2, 8, h, 8]").replace("f32[2,8,3,4]", "f32[2,8,h,4]");
  expectMiss(moveConvBeforeResize, text, "how much the map grows is open");
});

const COSTS = "it costs more on the smaller map";

test.each([
  ["no Resize feeds it", "graph t(%x: f32[2,8,3,4]) { %w = f32[6,8,1,1] random 1 %y = Conv(%x, %w) return %y }"],
  [
    "the Resize does more than repeat pixels",
    graph(`mode="linear", coordinate_transformation_mode="half_pixel", ${TWICE}`),
  ],
  ["the Resize does more than repeat pixels", graph("scales=[2, 1, 2, 2]")],
  ["the Conv takes more than one pixel", graph(TWICE, "%k = f32[6,8,3,3] random 3\n  %y = Conv(%u, %k)")],
  ["the Conv takes more than one pixel", graph(TWICE, "%y = Conv(%u, %w) {strides=[2, 2]}")],
  [COSTS, graph("scales=[1, 1, 0.5, 0.5]").replace("3,4]", "4,4]")],
  [COSTS, graph(TWICE, undefined, "%y, %u")],
  [COSTS, graph(TWICE, undefined, undefined, 64)],
])("it stays: %s (%#)", (reason, text) => {
  expectMiss(moveConvBeforeResize, text, reason);
});
