import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { EXACT, expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { mergeBranches } from "./merge-branches.js";
import { splitConvOverConcat } from "./split-conv-over-concat.js";

const graph = (lines: readonly string[], result = "%y"): string => `graph t(%a: f32[1,16,4,5], %b: f32[1,32,4,5]) {
  ${lines.join("\n  ")}
  return ${result}
}`;

const WEIGHTS = ["%w = f32[24,48,1,1] random 1", "%v = f32[24,48,1,1] random 2", "%c = f32[24] random 3"];
const JOINED = "%j = Concat(%a, %b) {axis=1}";
const CONV = "%y = Conv(%j, %w, %c)";

test("a convolution of joined maps is a sum of convolutions, one of them with the bias", async () => {
  const after = await expectRewrite(splitConvOverConcat, graph([...WEIGHTS, JOINED, CONV]), {
    applied: 1,
    tolerance: FOLD,
  });
  expect(after.match(/= (Conv|Add|Concat)\(.*/g)).toMatchInlineSnapshot(`
[
  "= Conv(%a, %"w:0-16", %c) : f32[1,24,4,5] @ "" [split-conv-over-concat]",
  "= Conv(%b, %"w:16-48") : f32[1,24,4,5] @ "" [split-conv-over-concat]",
  "= Add(%Conv/split-conv-over-concat, %Conv/split-conv-over-concat_1) : f32[1,24,4,5] @ "" [split-conv-over-concat]",
]
`);
});

test("two users of the joined map are both split, and nobody joins it any more", async () => {
  const lines = [...WEIGHTS, JOINED, CONV, "%z = Conv(%j, %v)"];
  const after = await expectRewrite(splitConvOverConcat, graph(lines, "%y, %z"), { applied: 2, tolerance: FOLD });
  expect(after).not.toContain("Concat");
});

test("the axis may count from the end", async () => {
  const lines = [...WEIGHTS, JOINED.replace("axis=1", "axis=-3"), CONV];
  await expectRewrite(splitConvOverConcat, graph(lines), { applied: 1, tolerance: FOLD });
});

test("three parts are split where their sums cost less than the copy", async () => {
  const lines = ["%w = f32[16,64,1,1] random 1", "%j = Concat(%a, %b, %a) {axis=1}", "%y = Conv(%j, %w)"];
  const after = await expectRewrite(splitConvOverConcat, graph(lines), { applied: 1, tolerance: FOLD });
  expect(after.match(/Conv\(/g)).toHaveLength(3);
});

test("a map joined to itself ends as one convolution of it", async () => {
  const lines = ["%w = f32[8,32,1,1] random 1", "%j = Concat(%a, %a) {axis=1}", "%y = Conv(%j, %w)"];
  const both = rulePass("both", [splitConvOverConcat, mergeBranches]);
  const after = await expectRewrite(both, graph(lines), { applied: 2, tolerance: FOLD });
  expect(after.match(/= [A-Z]\w*\(/g)).toEqual(["= Conv("]);
});

test("maps of open sizes are split as well", () => {
  const text = graph([...WEIGHTS, JOINED, CONV]).replaceAll("4,5]", "h,w]");
  const { graph: after, rewrites } = runPasses(parseGraph(text), [rulePass("test", [splitConvOverConcat])]);
  expect(rewrites).toHaveLength(1);
  expect(after.nodes.map(({ op }) => op)).toEqual(["Conv", "Conv", "Add"]);
});

const NOT_DENSE = "it is no dense 1x1 convolution with constant weights";

test.each([
  ["nothing is joined", ["%w = f32[24,16,1,1] random 1", "%y = Conv(%a, %w)"], "no Concat feeds it"],
  ["it has groups", ["%w = f32[24,24,1,1] random 1", JOINED, "%y = Conv(%j, %w) {group=2}"], NOT_DENSE],
  ["its kernel is larger", ["%w = f32[8,48,3,3] random 1", JOINED, "%y = Conv(%j, %w)"], NOT_DENSE],
  ["it skips pixels", [...WEIGHTS, JOINED, "%y = Conv(%j, %w) {strides=[2, 2]}"], NOT_DENSE],
  [
    "another user is no convolution",
    [...WEIGHTS, JOINED, "%r = Relu(%j)", CONV, "%s = Conv(%r, %v)", "%t = Add(%y, %s)"],
    "another user needs the joined map",
  ],
  [
    "rows are joined",
    [...WEIGHTS, "%j = Concat(%p, %q) {axis=2}", CONV],
    "the Concat does not join blocks of 16 channels",
  ],
  [
    "one part is all",
    ["%w = f32[8,16,1,1] random 1", "%j = Concat(%a) {axis=1}", "%y = Conv(%j, %w)"],
    "the Concat does not join blocks of 16 channels",
  ],
  [
    "it has more filters than the copy has channels",
    ["%w = f32[49,48,1,1] random 1", JOINED, "%y = Conv(%j, %w)"],
    "adding the parts' sums costs more than joining the parts",
  ],
  [
    "it has many parts",
    ["%w = f32[33,64,1,1] random 1", "%j = Concat(%a, %b, %a) {axis=1}", "%y = Conv(%j, %w)"],
    "adding the parts' sums costs more than joining the parts",
  ],
] as [string, string[], string][])("it stays where %s", (_, lines, reason) => {
  const text = graph(lines);
  const rows = text.replace("%a: f32[1,16,4,5], %b: f32[1,32,4,5]", "%p: f32[1,48,4,5], %q: f32[1,48,2,5]");
  expectMiss(splitConvOverConcat, text.includes("%p") ? rows : text, reason);
});

test("it stays where parts fill no block, or the joined map is an output", () => {
  const narrow = graph([...WEIGHTS, JOINED, CONV])
    .replace("f32[1,16", "f32[1,12")
    .replace("f32[1,32", "f32[1,36");
  expectMiss(splitConvOverConcat, narrow, "the Concat does not join blocks of 16 channels");
  const shown = graph([...WEIGHTS, JOINED, CONV], "%y, %j");
  expectMiss(splitConvOverConcat, shown, "the joined map is an output of the graph");
});

test("weights that are computed stay whole", () => {
  const lines = ["%v = f32[24,48,1,1] random 1", "%w = Relu(%x)", JOINED, CONV.replace(", %c", "")];
  const text = graph(lines).replace("(%a", "(%x: f32[24,48,1,1], %a");
  expectMiss(splitConvOverConcat, text, NOT_DENSE);
});

test("equal sums are equal to the last bit where one part is zero", async () => {
  const lines = [
    "%w = f32[8,32,1,1] splat 1",
    "%z = f32[1,16,4,5] splat 0",
    "%j = Concat(%a, %z) {axis=1}",
    "%y = Conv(%j, %w)",
  ];
  await expectRewrite(splitConvOverConcat, graph(lines), { applied: 1, tolerance: EXACT });
});
