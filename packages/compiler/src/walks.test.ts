import { expect, test } from "@jest/globals";
import { defineModule, moduleTable, planUnchanged } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { compileGraphs, type GraphsRequest, loadNetwork } from "./compile-graphs.js";
import { randomWeights } from "./random-weights.js";

const config = {
  file: "small.yaml",
  text: `
nc: 1
depth_multiple: 1
width_multiple: 1
anchors: [[10, 13]]
backbone: [[-1, 1, Conv, [8, 3, 2]], [-1, 1, Witness, []]]
head: [[[-1], 1, Detect, [nc, anchors]]]
`,
};
const SIZE = [64, 96] as const;

/** The image [n,c,h,w] of each walk through a network that is compiled. */
function walksOf(request: Pick<GraphsRequest, "checkpoint" | "randomWeights" | "partial">): string[] {
  const walks: string[] = [];
  const witness = defineModule({
    type: "test.Witness",
    signature: [],
    plan: planUnchanged,
    build: (scope, x) => {
      walks.push(scope.trace.options.imageShape.join("x"));
      return x;
    },
  });
  const modules = moduleTable({ Witness: witness });
  compileGraphs({ config, modules, size: SIZE, batch: 2, passes: "full", ...request });
  return walks;
}

const PROBE = "1x3x256x256"; // for the strides, where YOLOv5 looks for them
const GRAPH = "2x3x64x96";

const stored = ((): Checkpoint => {
  const identity = defineModule({ type: "test.Witness", signature: [], plan: planUnchanged, build: (_, x) => x });
  const network = loadNetwork(config, undefined, { modules: moduleTable({ Witness: identity }) });
  return { ...randomWeights(network, 1, { size: SIZE }).checkpoint, name: "stored.pt" };
})();

const renamed = (rename: (name: string) => string): Checkpoint => ({
  ...stored,
  tensors: new Map([...stored.tensors].map(([name, tensor]) => [rename(name), tensor])),
});

test("a network is walked once for its strides and once for its graph", () => {
  expect(walksOf({ randomWeights: 1 })).toEqual([PROBE, GRAPH]);
  expect(walksOf({ checkpoint: stored })).toEqual([PROBE, GRAPH]);
});

test("names that are spelled otherwise cost a walk for each spelling that is tried", () => {
  const without = renamed((name) => name.replace("model.", ""));
  expect(walksOf({ checkpoint: without })).toEqual([PROBE, GRAPH, GRAPH]);
});

test("weights that a walk saw otherwise than they are taken cost one more", () => {
  expect(walksOf({ checkpoint: { ...stored, flat: true } })).toEqual([PROBE, GRAPH, GRAPH]);
  // One that tells which weights are random, one that tells which of the stored fit, one with both.
  expect(walksOf({ checkpoint: stored, partial: true })).toEqual([PROBE, GRAPH, GRAPH, GRAPH]);
});
