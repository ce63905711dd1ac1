import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { crc32, decodeBase64, type Tensor, toFloat64, viewElements } from "@yolo-compile/core";
import { Trace, type WeightSource } from "@yolo-compile/network";
import { fixturePath, formulaWeight, GOLDEN, goldenInput, runGraph } from "@yolo-compile/testkit";
import { BACKBONES } from "./architectures/index.js";

/** What timm gives for a backbone; fixtures/timm/README.md. */
interface BackboneGolden {
  readonly name: string;
  readonly channels: readonly number[];
  readonly strides: readonly number[];
  readonly modules: number;
  readonly parameters: number;
  /** A check sum of the names and shapes of each child's weights. */
  readonly weights: Readonly<Record<string, number>>;
  /** How many BatchNorms there are by their epsilon. */
  readonly epsilons: Readonly<Record<string, number>>;
  /** Check sums of the weights after timm has merged parallel branches; there where it has any. */
  readonly merged?: Readonly<Record<string, number>>;
}

/** One whose outputs are known. */
interface ComputedGolden extends BackboneGolden {
  readonly input: readonly number[];
  readonly macs: number;
  readonly outputs: readonly { readonly scale: number; readonly data: string }[];
}

const GOLDENS = JSON.parse(readFileSync(fixturePath("timm/backbones.json"), "utf8")) as BackboneGolden[];

const COMPUTED = GOLDENS.filter((golden): golden is ComputedGolden => "outputs" in golden);

/** YOLOv5 sets this on each BatchNorm2d. */
const BATCH_NORM_EPS = 1e-3;

function traced(name: string, imageShape: readonly number[], weights?: WeightSource) {
  const trace = new Trace({ name, imageShape, batchNormEps: BATCH_NORM_EPS, ...(weights && { weights }) });
  const levels = BACKBONES.get(name)!(trace.root("model.0"), trace.image);
  return { trace, levels };
}

function checkSums(trace: Trace): Record<string, number> {
  const lines = new Map<string, string>();
  const byName = [...trace.expected.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, shape } of byName) {
    const key = name.slice("model.0.".length);
    const child = key.split(".")[0]!;
    lines.set(child, `${lines.get(child) ?? ""}${key} ${shape.join("x")}\n`);
  }
  return Object.fromEntries([...lines].map(([child, text]) => [child, crc32(new TextEncoder().encode(text))]));
}

/** BatchNorms of a walk by the single-precision epsilon. */
function epsilons({ trace, levels }: ReturnType<typeof traced>): Map<number, number> {
  levels.forEach((value, index) => {
    trace.builder.output(`output${index}`, value);
  });
  const counts = new Map<number, number>();
  for (const node of trace.builder.build().nodes)
    if (node.op === "BatchNormalization") {
      const { epsilon } = node.attributes as { readonly epsilon: number }; // as the op's schema has it
      counts.set(epsilon, (counts.get(epsilon) ?? 0) + 1);
    }
  return counts;
}

test("each backbone has a golden of timm, each golden a backbone", () => {
  expect(GOLDENS.map(({ name }) => name).sort()).toEqual([...BACKBONES.keys()].sort());
});

test.each(GOLDENS.map((golden) => [golden.name, golden] as const))(
  "%s has timm's levels, modules and weights",
  (_, g) => {
    const side = 256;
    const walk = traced(g.name, [1, 3, side, side]);
    const { trace, levels } = walk;
    const found = {
      name: g.name,
      channels: levels.map(({ type }) => type.shape[1]),
      strides: levels.map(({ type }) => side / Number(type.shape[2])),
      modules: trace.modules,
      parameters: trace.parameters,
      weights: checkSums(trace),
    };
    expect(g).toMatchObject(found);
    expect(found).toMatchObject({ weights: g.weights });
    const expected = Object.entries(g.epsilons).map(
      ([epsilon, count]) => [Math.fround(Number(epsilon)), count] as const,
    );
    expect(epsilons(walk)).toEqual(new Map(expected));
  },
);

/** Names and shapes are all that matters of a checkpoint in which parallel branches are merged. */
const MERGED: WeightSource = {
  get: (name) => (name.endsWith(".c.weight") ? undefined : formulaWeight(name, [1])),
  batchNormEps: () => undefined,
};

test.each(GOLDENS.filter(({ merged }) => merged).map((golden) => [golden.name, golden] as const))(
  "%s with its branches merged has timm's weights",
  (_, { name, merged }) => {
    expect(checkSums(traced(name, [1, 3, 64, 64], MERGED).trace)).toEqual(merged);
  },
);

function samplesOf(tensor: Tensor, count: number): Float64Array {
  const values = toFloat64(tensor);
  const step = Math.max(1, Math.floor(values.length / count));
  return Float64Array.from({ length: Math.min(count, values.length) }, (_, index) => values[index * step]!);
}

describe.each(COMPUTED.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test("computes what timm does", async () => {
    const { input, outputs, macs, name } = golden;
    const { trace } = traced(name, input);
    const weights: WeightSource = {
      get: (weight) => {
        const expected = trace.expected.get(weight);
        return expected && formulaWeight(weight, expected.shape);
      },
      batchNormEps: () => undefined,
    };
    const filled = traced(name, input, weights);
    expect(filled.trace.macs).toBe(macs);
    filled.levels.forEach((value, index) => {
      filled.trace.builder.output(`output${index}`, value);
    });
    const found = await runGraph(filled.trace.builder.build(), {
      inputs: [goldenInput({ input, span: 1 })],
      level: "disabled",
    });
    const errors = outputs.map(({ scale, data }, index) => {
      const expected = viewElements("f32", decodeBase64(data)!) as Float32Array;
      const samples = samplesOf(found[index]!, expected.length);
      return Math.max(...expected.map((value, at) => Math.abs(value - samples[at]!))) / scale;
    });
    expect(Math.max(...errors)).toBeLessThan(GOLDEN.relative);
  });
});
