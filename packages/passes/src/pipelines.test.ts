import { expect, test } from "@jest/globals";
import { sameShape, sameType } from "@yolo-compile/core";
import { opCensus, parseGraph, printGraph, schemaOf, type Value, verifyGraph } from "@yolo-compile/ir";
import { expectSameOutputs, FOLD, smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { PIPELINE_NAMES, pipelineName } from "./pipeline-names.js";
import { optimize } from "./pipelines.js";
import { replacementOf } from "./rule.js";

const SEEDED = { seed: 1, numRuns: 200 };

test.each(PIPELINE_NAMES)("%s keeps the outputs of every graph", async (pipeline) => {
  await fc.assert(
    fc.asyncProperty(smallGraphs(), async (graph) => {
      const { graph: optimized } = optimize(graph, pipeline);
      verifyGraph(optimized);
      await expectSameOutputs(graph, optimized, FOLD);
    }),
    SEEDED,
  );
});

test("every pipeline verifies the graph that it is given", () => {
  const graph = parseGraph("graph t(%x: f32[1]) { %y = Relu(%x) %z = Neg(%y) return %z }");
  const broken = { ...graph, nodes: [...graph.nodes].reverse() };
  for (const pipeline of PIPELINE_NAMES)
    expect(() => optimize(broken, pipeline)).toThrow("ir/invalid: graph t: %y is used");
});

test("what stands for a value computes the same", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(smallGraphs(), async (graph) => {
      const { graph: optimized, replaced } = optimize(graph, "full");
      const there = new Set(optimized.nodes.flatMap(({ outputs }) => outputs));
      const pairs = graph.nodes
        .flatMap(({ outputs }) => outputs)
        .map((value) => [value, replacementOf(value, replaced)] as const)
        .filter(([value, found]) => there.has(found) && sameShape(value.type.shape, found.type.shape));
      fc.pre(pairs.length > 0);
      compared += pairs.length;
      const tapped = (values: readonly Value[]) => values.map((value, index) => ({ name: `tap${index}`, value }));
      await expectSameOutputs(
        { ...graph, outputs: tapped(pairs.map(([value]) => value)) },
        { ...optimized, outputs: tapped(pairs.map(([, found]) => found)) },
        FOLD,
      );
    }),
    SEEDED,
  );
  expect(compared).toBeGreaterThan(SEEDED.numRuns);
});

test("equal names and types mean equal values, before and after", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(smallGraphs(), async (graph) => {
      const { graph: optimized } = optimize(graph, "full");
      const found = new Map(optimized.nodes.flatMap(({ outputs }) => outputs).map((value) => [value.hint, value]));
      const pairs = graph.nodes
        .flatMap(({ outputs }) => outputs)
        .map((value) => [value, found.get(value.hint)] as const)
        .filter((pair): pair is [Value, Value] => pair[1] !== undefined && sameType(pair[0].type, pair[1].type));
      fc.pre(pairs.length > 0);
      compared += pairs.length;
      const tapped = (values: readonly Value[]) => values.map((value, index) => ({ name: `tap${index}`, value }));
      await expectSameOutputs(
        { ...graph, outputs: tapped(pairs.map(([value]) => value)) },
        { ...optimized, outputs: tapped(pairs.map(([, value]) => value)) },
        FOLD,
      );
    }),
    SEEDED,
  );
  expect(compared).toBeGreaterThan(SEEDED.numRuns);
});

test("a refused rewrite leaves the graph as it is", () => {
  fc.assert(
    fc.property(smallGraphs(), fc.nat({ max: 5 }), (graph, most) => {
      const applied = (limit: number) => {
        let left = limit;
        return optimize(graph, "full", { allows: () => left-- > 0 });
      };
      const { rewrites } = applied(most);
      expect(rewrites.filter(({ rule }) => rule !== "drop-dead-code").length).toBeLessThanOrEqual(most);
      expect(printGraph(applied(Number.POSITIVE_INFINITY).graph)).toBe(printGraph(optimize(graph, "full").graph));
    }),
    SEEDED,
  );
});

test("full applies every rule that it has to these graphs", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(smallGraphs(), (graph) => {
      for (const { rule } of optimize(graph, "full").rewrites) seen.add(rule);
    }),
    { seed: 1, numRuns: 400 },
  );
  expect([...seen].sort()).toMatchInlineSnapshot(`
[
  "drop-dead-code",
  "drop-identity",
  "flatten-maps",
  "fold-batch-norm",
  "fold-constants",
  "fold-scale",
  "fold-shift",
  "merge-branches",
  "merge-equal-nodes",
  "merge-reshapes",
  "merge-scales",
  "merge-transposes",
  "merge-transposes-around-reshape",
  "move-conv-before-resize",
  "move-pad-before-transpose",
  "move-scale-behind-power",
  "move-slice-behind-transpose",
  "split-conv-over-concat",
  "split-slices",
]
`);
});

test.each(PIPELINE_NAMES)("%s finds nothing more in its own result", (pipeline) => {
  fc.assert(
    fc.property(smallGraphs(20), (graph) => {
      const once = optimize(graph, pipeline).graph;
      const twice = optimize(once, pipeline);
      expect(twice.rewrites).toEqual([]);
      expect(printGraph(twice.graph)).toBe(printGraph(once));
    }),
    SEEDED,
  );
});

test("full leaves nothing that could be computed, does nothing, or has no use", () => {
  fc.assert(
    fc.property(smallGraphs(20), (graph) => {
      const { nodes, outputs } = optimize(graph, "full").graph;
      const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)]);
      for (const node of nodes) {
        expect(node.op).not.toBe("Identity");
        expect(!schemaOf(node.op).fold || node.inputs.some((input) => input && !input.constant)).toBe(true);
        expect(node.outputs.some((output) => used.has(output))).toBe(true);
      }
    }),
    SEEDED,
  );
});

test("full folds what stands behind an Identity, a dead user, or an equal branch", () => {
  const graph = parseGraph(`graph t(%x: f32[1,3,4,4]) {
    %w = f32[3,3,1,1] random 1
    %v = f32[3] splat 1
    %c = Conv(%x, %w) @ a
    %i = Identity(%c) @ b
    %dead = Relu(%c) @ c
    %n = BatchNormalization(%i, %v, %v, %v, %v) @ d
    %m = BatchNormalization(%i, %v, %v, %v, %v) @ e
    %y = Add(%n, %m) @ f
    return %y
  }`);
  expect([...opCensus(optimize(graph, "full").graph)]).toEqual([["Conv", 1]]);
});

test("a pipeline that does not exist is named", () => {
  expect(PIPELINE_NAMES.map(pipelineName)).toEqual(PIPELINE_NAMES);
  expect(() => pipelineName("fulll")).toThrow("passes/pipeline: --passes fulll is not known - one of none, fuse, full");
  expect(() => pipelineName("constructor")).toThrow("passes/pipeline");
});
