import { describe, expect, test } from "@jest/globals";
import { compileGraphs, loadNetwork } from "@yolo-compile/compiler";
import type { LazyTensor } from "@yolo-compile/core";
import { type Graph, opCensus } from "@yolo-compile/ir";
import { type ExpectedWeight, traceNetwork } from "@yolo-compile/network";
import { formulaWeight } from "@yolo-compile/testkit";

const SIZE = [64, 64] as const;

const configOf = (backbone: string) => ({
  file: "m.yaml",
  text: `nc: 1\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: 1\nbackbone:\n  - [-1, 1, ${backbone}, [False]]\nhead: []\n`,
});

/** Whether a weight is of the one convolution that timm's reparameterize_model makes of a block. */
const isMerged = (name: string): boolean => name.endsWith(".reparam_conv.weight");

/** The weights that a backbone needs in either form. */
function expectedOf(backbone: string, merged: boolean): ReadonlyMap<string, ExpectedWeight> {
  const get = (name: string): LazyTensor | undefined =>
    merged && isMerged(name) ? formulaWeight(name, [1]) : undefined;
  const weights = { get, batchNormEps: () => undefined };
  return traceNetwork(loadNetwork(configOf(backbone), undefined), { size: SIZE, weights }).trace.expected;
}

function compiled(backbone: string, merged: boolean) {
  const expected = [...expectedOf(backbone, merged).values()];
  expect(expected.some(({ name }) => isMerged(name))).toBe(merged);
  const tensors = new Map(expected.map(({ name, shape }) => [name, formulaWeight(name, shape)]));
  const checkpoint = { name: "formula", format: "formula", tensors, suspicious: [], notes: [], close: () => {} };
  return compileGraphs({ config: configOf(backbone), checkpoint, size: SIZE, batch: 1, passes: "full" });
}

const census = (graph: Graph): Readonly<Record<string, number>> => Object.fromEntries(opCensus(graph));

describe.each(["repvgg_a0", "mobileone_s0", "fastvit_t8"])("%s", (backbone) => {
  test("is one graph in training form and merged, without BatchNormalizations", () => {
    const training = compiled(backbone, false);
    expect(census(training.plain).BatchNormalization).toBeGreaterThan(10);
    expect(census(training.optimized).BatchNormalization).toBeUndefined();
    expect(census(training.optimized)).toEqual(census(compiled(backbone, true).optimized));
  });
});
