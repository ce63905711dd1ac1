import { describe, expect, test } from "@jest/globals";
import type { LazyTensor } from "@yolo-compile/core";
import { plainConfig, planNetwork, traceNetwork, type WeightSource } from "@yolo-compile/network";
import { EFFICIENTVIT } from "./modules.js";

const SMALL =
  "embed_dim: [16, 24, 32], key_dim: [4, 8, 4], depth: [1, 1, 1], num_heads: [2, 3, 2], window_size: [4, 3, 2], kernels: [5, 3, 3]";

const networkOf = (args: string) =>
  planNetwork(plainConfig([`[-1, 1, EfficientViT_M0, ${args}]`]), EFFICIENTVIT.modules);

const small = (more = "") => networkOf(`['', 0, False, False, None, {${SMALL}${more}}]`);

/** Weights of which only names and shapes matter. */
function storing(weights: Readonly<Record<string, readonly number[]>>): WeightSource {
  const stored = new Map(
    Object.entries(weights).map(([name, shape]): [string, LazyTensor] => [
      name,
      {
        dtype: "f32",
        shape,
        read: () => {
          throw new Error(`${name} is not to be read`);
        },
      },
    ]),
  );
  return { get: (name) => stored.get(name), batchNormEps: () => undefined };
}

const notesOf = (network: ReturnType<typeof networkOf>, size: readonly [number, number], weights = storing({})) =>
  traceNetwork(network, { size, weights }).trace.notes;

test("all six variants are modules with the channels of their three maps", () => {
  const names = [...EFFICIENTVIT.modules.keys()].filter((name) => name.startsWith("EfficientViT_"));
  const channels = names.map((name) => [
    name,
    planNetwork(plainConfig([`[-1, 1, ${name}, []]`]), EFFICIENTVIT.modules).layers[0]!.plan.channels,
  ]);
  // arXiv 2305.07027, table 1
  expect(channels).toEqual([
    ["EfficientViT_M0", [64, 128, 192]],
    ["EfficientViT_M1", [128, 144, 192]],
    ["EfficientViT_M2", [128, 192, 224]],
    ["EfficientViT_M3", [128, 240, 320]],
    ["EfficientViT_M4", [128, 256, 384]],
    ["EfficientViT_M5", [192, 288, 384]],
  ]);
});

// timm 1.0.31, features_only
test.each([
  ["efficientvit_m0", [64, 128, 192], 481, 2156052],
  ["efficientvit_m1", [128, 144, 192], 439, 2787176],
  ["efficientvit_m2", [128, 192, 224], 433, 3962106],
  ["efficientvit_m3", [128, 240, 320], 469, 6579082],
  ["efficientvit_m4", [128, 256, 384], 481, 8418460],
  ["efficientvit_m5.r224_in1k", [192, 288, 384], 579, 12088004],
])("%s has timm's channels, modules and parameters, at strides 16, 32, 64", (name, channels, modules, parameters) => {
  const network = planNetwork(plainConfig([`[-1, 1, ${name}, [False]]`]), EFFICIENTVIT.modules);
  const { trace, layers } = traceNetwork(network, { size: [256, 128] });
  expect(layers[0]!.plan.channels).toEqual(channels);
  expect(layers[0]!.outputs.map(({ type }) => type.shape.slice(2))).toEqual([
    [16, 8],
    [8, 4],
    [4, 2],
  ]);
  // The model itself and the Sequential of its rows stand around the backbone.
  expect(trace).toMatchObject({ modules: modules + 2, parameters });
});

test.each([
  ["[]", /efficientvit_m0: pretrained is missing/],
  ["[False, 1, 2]", undefined],
])("a row efficientvit_m0 with arguments %s", (args, problem) => {
  const plan = () => planNetwork(plainConfig([`[-1, 1, efficientvit_m0, ${args}]`]), EFFICIENTVIT.modules);
  if (problem) expect(plan).toThrow(problem);
  else expect(plan().layers[0]!.plan.printed).toEqual([false, 1, 2]);
});

test("a yaml that leaves the stem open offers the other one, one that says it does not", () => {
  const strides = (network: ReturnType<typeof networkOf>) =>
    network.layers[0]!.plan.alternatives!.map((args) => (args[5] as ReadonlyMap<string, number>).get("stem_stride"));
  expect(strides(small())).toEqual([16]);
  expect(strides(networkOf("[]"))).toEqual([16]);
  expect(strides(small(", stem_stride: 8"))).toEqual([]);
});

describe("remarks", () => {
  test("say how much of the windows is padding, and which sizes waste nothing", () => {
    expect(notesOf(small(), [96, 160])).toEqual([
      {
        code: "efficientvit/windows",
        severity: "note",
        message: "windows of attention at 96x160",
        where: "model.0",
        details: [
          "stage 1: map 12x20, window 4, padded to 12x20: 0.0 % of the tokens are padding",
          "stage 2: map 6x10, window 3, padded to 6x12: 16.7 % of the tokens are padding",
          "stage 3: map 3x5, window 2, padded to 4x6: 37.5 % of the tokens are padding",
          "sides without padding: 192, 384",
        ],
      },
    ]);
  });

  test("say what the arguments do not do", () => {
    const notes = notesOf(networkOf(`[m0.pth, 0, False, True, None, {${SMALL}}]`), [96, 160]);
    expect(notes.map(({ code, message }) => [code, message]).slice(0, 2)).toEqual([
      ["efficientvit/pretrained", "pretrained: m0.pth is not read, the weights come from the checkpoint alone"],
      ["efficientvit/fuse", "fuse: BatchNorms are folded by the passes, with their statistics"],
    ]);
  });

  test("say that the weights' query kernels are taken", () => {
    const weights = storing({ "model.0.blocks1.0.mixer.m.attn.dws.1.c.weight": [4, 1, 7, 7] });
    const notes = notesOf(small(), [96, 160], weights).filter(({ code }) => code === "efficientvit/kernels");
    expect(notes).toMatchObject([
      { message: "the weights have query kernels 5, 7, the yaml 5, 3; those of the weights are taken" },
    ]);
    const { trace } = traceNetwork(small(), { size: [96, 160], weights });
    expect(trace.expected.get("model.0.blocks1.0.mixer.m.attn.dws.1.c.weight")!.shape).toEqual([4, 1, 7, 7]);
  });

  test("say that bias tables are a classifier's", () => {
    const weights = storing({ "model.0.blocks1.0.mixer.m.attn.attention_biases": [2, 9] });
    const notes = notesOf(small(), [96, 160], weights).filter(({ code }) => code === "efficientvit/tables");
    expect(notes).toMatchObject([
      {
        message: expect.stringContaining("stage 1 has bias tables for 3x3 tokens"),
        details: ["`stem_stride: 16` in model_cfg asks for strides 16, 32, 64"],
      },
    ]);
  });

  test("a cache of biases in the weights is not used", () => {
    const name = "model.0.blocks1.0.mixer.m.attn.ab";
    const { trace } = traceNetwork(small(), { size: [96, 160], weights: storing({ [name]: [2, 16, 16] }) });
    expect([...trace.ignored.keys()]).toEqual([name]);
    expect(trace.expected.has(name)).toBe(false);
  });
});

describe("an image that the original could not run", () => {
  test("names the stage, the map and the sizes that work", () => {
    expect(() => traceNetwork(networkOf("[]"), { size: [64, 64] })).toThrow(
      "efficientvit/window: an image of 64x64 makes a map of 4x4 tokens at stage 2; its attention has biases for 7x7 tokens and cuts a map into windows only where a side is longer than 7 - the nearest larger sizes that work: --imgsz 224, 64x256 (backbone[0] EfficientViT_M0)",
    );
  });

  test("is one smaller than a window, but the window itself", () => {
    const maps = traceNetwork(networkOf("[]"), { size: [224, 224] }).outputs.map((value) => value.type.shape);
    expect(maps).toEqual([
      [1, 64, 28, 28],
      [1, 128, 14, 14],
      [1, 192, 7, 7],
    ]);
  });
});

describe("settings that no EfficientViT has", () => {
  test.each([
    [
      "windows_size: 3",
      "model_cfg has windows_size, which is no setting of an EfficientViT - did you mean window_size",
    ],
    ["zzzzzzzzzz: 3", "model_cfg has zzzzzzzzzz, which is no setting of an EfficientViT - it takes embed_dim, key_dim"],
    ["stem_stride: 4", "model_cfg.stem_stride is 4, expected 8 or 16"],
  ])("%s", (setting, message) => {
    expect(() => small(`, ${setting}`)).toThrow(`efficientvit/settings: EfficientViT_M0: ${message}`);
  });

  test("more arguments than the function has", () => {
    expect(() => networkOf("['', 0, False, False, None, {}, 7]")).toThrow(
      "EfficientViT_M0 is given 7 arguments, it takes 6",
    );
  });
});
