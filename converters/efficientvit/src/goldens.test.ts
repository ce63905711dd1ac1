import { describe, expect, test } from "@jest/globals";
import type { Graph, Value } from "@yolo-compile/ir";
import { type Scope, Trace, type WeightSource } from "@yolo-compile/network";
import { GOLDEN, goldenWeight, type ModuleGolden, moduleError, readModuleGoldens } from "@yolo-compile/testkit";
import { cascadedGroupAttention } from "./attention.js";
import { backbone, block, stem } from "./backbone.js";
import { patchMerging } from "./blocks.js";
import { TIMM_FEATURES } from "./layout.js";
import { readSettings, type StageSettings, type StemStride, settingsArguments, VARIANTS } from "./settings.js";
import { inWindows } from "./windows.js";

/** The settings of a stage's parts, under timm's names. */
interface StageGolden {
  readonly width: number;
  readonly key_dim: number;
  readonly num_heads: number;
  readonly window_size: number;
  readonly kernels: readonly number[];
}

/** A part of timm's EfficientViT; fixtures/modules/README.md. */
type PartGolden =
  | { readonly part: "attention" | "windows" | "block"; readonly settings: StageGolden }
  | { readonly part: "merging"; readonly settings: { readonly wider: number } }
  | { readonly part: "stem"; readonly settings: { readonly width: number; readonly stem_stride: StemStride } }
  | { readonly part: "backbone"; readonly settings: Readonly<Record<string, number | readonly number[]>> }
  | { readonly part: "features"; readonly settings: Readonly<Record<string, number | readonly number[]>> };

const GOLDENS = readModuleGoldens<PartGolden>("efficientvit.json");

const stageOf = ({ width, key_dim, num_heads, window_size, kernels }: StageGolden): StageSettings => ({
  width,
  keyWidth: key_dim,
  valueWidth: width / num_heads,
  depth: 1,
  heads: num_heads,
  window: window_size,
  kernels,
  halvedAfter: false,
});

function emit(root: Scope, x: Value, golden: PartGolden): readonly Value[] {
  const { part, settings } = golden;
  if (part === "merging") return [patchMerging(root, x, settings.wider)];
  if (part === "stem") {
    const conv = (index: number): Scope => root.child(`conv${index + 1}`);
    const activation = (index: number): Scope => root.child(`relu${index + 1}`);
    return [stem({ conv, activation }, x, settings.width, settings.stem_stride)];
  }
  if (part === "backbone") {
    const args = ["", 0, false, false, null, new Map(Object.entries(settings))];
    const given = settingsArguments(args, "EfficientViT_M0", "backbone[0]");
    return backbone(root, x, readSettings(given, VARIANTS.get("M0")!));
  }
  if (part === "features") {
    const args = ["", 0, false, false, null, new Map(Object.entries({ ...settings, stem_stride: 16 }))];
    const given = settingsArguments(args, "efficientvit_m0", "backbone[0]");
    const own = { ...readSettings(given, VARIANTS.get("M0")!), padsSmallMaps: true };
    return backbone(root, x, own, TIMM_FEATURES);
  }
  const stage = stageOf(settings);
  const attend = (scope: Scope, y: Value): Value => cascadedGroupAttention(scope, y, stage, stage.window);
  if (part === "attention") return [attend(root, x)];
  if (part === "windows") return [inWindows(root, x, stage.window, (y) => attend(root.child("attn"), y))];
  return [block(root, x, stage, stage.window)];
}

/** torch's own; YOLOv5 sets another. */
const BATCH_NORM_EPS = 1e-5;

function traced(golden: ModuleGolden & PartGolden): { trace: Trace; graph: Graph } {
  const weights: WeightSource = { get: (name) => goldenWeight(golden, name), batchNormEps: () => BATCH_NORM_EPS };
  const trace = new Trace({ name: golden.name, imageShape: golden.input, weights });
  emit(trace.root("model.0"), trace.image, golden).forEach((value, index) => {
    trace.builder.output(`output${index}`, value);
  });
  return { trace, graph: trace.builder.build() };
}

describe.each(GOLDENS.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test.each(["disabled", "all"] as const)("computes what PyTorch does, at ONNX Runtime's level %s", async (level) => {
    expect(await moduleError(golden, traced(golden).graph, level)).toBeLessThan(GOLDEN.relative);
  });

  test("has PyTorch's weights, parameters and multiply-accumulates", () => {
    const { trace } = traced(golden);
    const stored = [...trace.expected].filter(([name]) => !name.endsWith(".attention_bias_idxs"));
    expect(new Map(stored.map(([name, { shape }]) => [name, shape]))).toEqual(golden.weights);
    expect(trace).toMatchObject({ parameters: golden.parameters, macs: golden.macs });
  });
});

test("the goldens are of every part", () => {
  expect(new Set(GOLDENS.map(({ part }) => part))).toEqual(
    new Set(["attention", "windows", "block", "merging", "stem", "backbone", "features"]),
  );
});
