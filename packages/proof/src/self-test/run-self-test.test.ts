import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { type Graph, printGraph, verifyGraph } from "@yolo-compile/ir";
import { compareTensors, type ExpectedCase, FOLD, findProvider, type Tolerance } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { runValues } from "../verify/run-values.js";
import { casesOf, modelsOf } from "../verify/subject.js";
import { besideNode, change, changeConstant } from "./edit.js";
import { makeMutants } from "./make-mutants.js";
import type { MutationOperator } from "./mutation.js";
import { MUTATION_OPERATORS } from "./operators/index.js";
import { runSelfTest, type SelfTestRequest } from "./run-self-test.js";

const provider = findProvider("cpu");
const bytes = (file: string) => new Uint8Array(readFileSync(fixturePath(file)));
const checkpoint = openCheckpoint(bytesSource("shapes.pt", bytes("shapes/shapes.pt")));
const detector = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes: "full" });
const text = readFileSync(fixturePath("efficientvit/detector.yaml"), "utf8");
const hybrid = compileGraphs({
  config: { file: "detector.yaml", text },
  randomWeights: 1,
  size: [96, 160],
  batch: 1,
  passes: "full",
});

type Compiled = typeof detector;

const casesOfDefault = (compiled: Compiled): Promise<ExpectedCase[]> => {
  const subject = { kind: "compiled", compiled, passes: "full", opset: 17 } as const;
  return casesOf(subject, modelsOf(subject), { seed: 1 });
};

const clipped = compileGraphs({
  config: {
    file: "clipped.yaml",
    text: `{nc: 4, depth_multiple: 1, width_multiple: 1, activation: nn.ReLU6(), anchors: 1, backbone:
      [[-1, 1, Conv, [16, 3, 2]], [-1, 1, Conv, [16, 3, 1]], [-1, 1, C3, [16]], [-1, 1, Conv, [32, 3, 2]]],
      head: [[-1, 1, Classify, [32, 4]]]}`,
  },
  randomWeights: 2,
  size: [64, 64],
  batch: 1,
  passes: "full",
});

const only = (...names: string[]) => MUTATION_OPERATORS.filter(({ name }) => names.includes(name));

/** Two places of each mistake, and no more. */
const few = { sites: 2, enough: 0 };

async function selfTest(compiled: Compiled, options: Partial<SelfTestRequest> = {}) {
  const cases = await casesOfDefault(compiled);
  return runSelfTest({ compiled, cases, layouts: compiled.outputs, opset: 17, provider, seed: 1, ...few, ...options });
}

test("the same seed makes the same mutants, another one others; the graphs stay as they are", () => {
  const before = printGraph(detector.optimized);
  const made = (seed: number) =>
    [...makeMutants(detector, { seed, sites: 2 })].map(
      ({ operator, where, change }) => `${operator} ${where} ${change}`,
    );
  const mutants = made(1);
  expect(made(1)).toEqual(mutants);
  expect(made(2)).not.toEqual(mutants);
  expect(new Set(mutants).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThan(60);
  expect(printGraph(detector.optimized)).toBe(before);
});

test("every mutant is well formed and has the outputs of the graph", () => {
  for (const compiled of [detector, hybrid])
    for (const { graph } of makeMutants(compiled, { seed: 1, sites: 2 })) {
      verifyGraph(graph);
      expect(graph.outputs.map(({ name, value }) => [name, value.type])).toEqual(
        compiled.optimized.outputs.map(({ name, value }) => [name, value.type]),
      );
    }
});

test("the networks give every operator something to do", () => {
  const used = [detector, hybrid, clipped].flatMap((compiled) =>
    [...makeMutants(compiled, { seed: 1, sites: 1, layouts: compiled.outputs })].map(({ operator }) => operator),
  );
  const idle = MUTATION_OPERATORS.map(({ name }) => name).filter((name) => !used.includes(name));
  expect(idle).toEqual([]);
});

test.each([
  ["the trained detector", detector],
  ["a hybrid with random weights", hybrid],
  ["a classifier with clipped activations", clipped],
])("all mutants of %s that compute something else are caught, the others are told apart", async (_, compiled) => {
  const { counts, score, mutants, baseline, weakest } = await selfTest(compiled, { sites: 1 });
  const survivors = mutants.filter(({ outcome }) => outcome.kind === "survived" || outcome.kind === "refused");
  expect(survivors).toEqual([]);
  expect(score).toBe(1);
  expect(counts.caught).toBeGreaterThan(20);
  expect(counts.equivalent).toBeGreaterThan(1);
  expect(baseline.maxRel).toBeLessThanOrEqual(baseline.allowed);
  expect(weakest?.outcome).toMatchObject({ kind: "caught" });
});

test("what is proven to compute the same gives the same outputs", async () => {
  const operators = MUTATION_OPERATORS.filter(({ stage }) => stage === "optimized");
  for (const compiled of [detector, hybrid]) {
    const [{ input }] = (await casesOfDefault(compiled)) as [ExpectedCase]; // noise is the first
    const run = async (graph: Graph) => {
      const values = graph.outputs.map(({ value }) => value);
      return (await runValues(graph, values, [input.tensors], provider))[0]!;
    };
    const expected = await run(compiled.optimized);
    const proven = [...makeMutants(compiled, { seed: 2, sites: 3, operators })].filter(({ proof }) => proof);
    expect(proven.length).toBeGreaterThan(3);
    for (const { graph, operator } of proven) {
      const errors = (await run(graph)).map((found, at) => compareTensors(operator, expected[at]!, found));
      // A mean of equal numbers is rounded.
      for (const { maxRel, nonFinite } of errors) expect(nonFinite + maxRel).toBeLessThan(FOLD.relative / 5);
    }
  }
});

test("a tolerance that is too wide lets mutants survive, and the score says so", async () => {
  const wide: Tolerance = { name: "wide", relative: 10 };
  const operators = only("perturb-weight", "mistake-epsilon", "drop-bias-channel", "spoil-weight");
  const { counts, score } = await selfTest(detector, { tolerance: wide, operators });
  expect(counts).toEqual({ caught: 2, survived: 6, equivalent: 0, indistinguishable: 0, faint: 0, refused: 0 });
  expect(score).toBe(0.25);
});

test("a wrong graph is no ground to test on", async () => {
  const [wrong] = makeMutants(detector, { seed: 1, sites: 1, operators: only("drop-silu") });
  const compiled = { ...detector, optimized: wrong!.graph };
  await expect(selfTest(compiled)).rejects.toThrow(
    /verify\/self-test: the unchanged optimised graph is itself off by .* at output0 \(\w+\) on .*, \d\.\de-5 are allowed/,
  );
});

test("a mutant that nothing tells apart is no equal of one that is proven", async () => {
  const repeat: MutationOperator = {
    name: "repeat",
    ops: ["Concat"],
    stage: "optimized",
    mutate: (node) => {
      const copy = besideNode(node, "Identity", [node.inputs[0]!]);
      const changed = change(node, "a copy is taken", { inputs: [copy.outputs[0]!, ...node.inputs.slice(1)] });
      return { ...changed, edits: new Map([[node, [copy, ...changed.edits.get(node)!]]]) };
    },
  };
  const { counts, score } = await selfTest(detector, { operators: [repeat], sites: 1 });
  expect(counts).toMatchObject({ caught: 0, survived: 0, indistinguishable: 4 });
  expect(score).toBe(1);
});

/** Adds to the bias of a deep layer a share of its largest number. */
const nudge = (share: number): MutationOperator => ({
  name: "nudge",
  ops: ["Conv"],
  stage: "optimized",
  mutate: (node) => {
    if (!node.inputs[2]?.constant || node.origin.path !== "model.4.cv1.conv") return undefined;
    return changeConstant(node, 2, "the bias is off", (numbers) => {
      const most = numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      return numbers.map((value) => value + share * most);
    });
  },
});

test("a mutant that moves less than last bits of the weights do is no fault, and one that moves more is", async () => {
  const less = await selfTest(detector, { operators: [nudge(2 ** -23)], sites: 1 });
  expect(less.counts).toMatchObject({ caught: 0, survived: 0, faint: 1 });
  expect(less.score).toBe(1);
  const more = await selfTest(detector, { operators: [nudge(2 ** -6)], sites: 1 });
  expect(more.counts).toMatchObject({ caught: 1, survived: 0, faint: 0 });
});

test("a mutant that cannot be run counts neither way", async () => {
  const tooNew: MutationOperator = {
    name: "too-new",
    ops: ["Resize"],
    stage: "optimized",
    mutate: (node) =>
      change(node, "a later opset's", { attributes: { coordinate_transformation_mode: "half_pixel_symmetric" } }),
  };
  const { mutants, counts } = await selfTest(detector, { operators: [tooNew], sites: 1 });
  expect(mutants[0]?.outcome).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("half_pixel_symmetric"),
  });
  expect(counts.refused).toBe(3);
});

test("steps are told", async () => {
  const steps: string[] = [];
  await selfTest(detector, { operators: only("drop-silu"), sites: 1, onStep: (step) => steps.push(step) });
  expect(steps).toEqual([
    "the unchanged optimised graph runs",
    expect.stringMatching(/^mutant 1: drop-silu in model\.\d+/),
  ]);
});
