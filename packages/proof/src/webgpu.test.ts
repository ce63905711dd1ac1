import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { expect, test } from "@jest/globals";
import { compileGraphs, countParameters } from "@yolo-compile/compiler";
import { isCompileError } from "@yolo-compile/core";
import { type Graph, parseGraph } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import {
  chooseProvider,
  findProvider,
  type Provider,
  probeProvider,
  seededInputs,
  verifyModels,
} from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { compile } from "./compile/index.js";

const webgpu = findProvider("webgpu");
const probe = await probeProvider(webgpu);

const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
const namedDriver = (VK_DRIVER_FILES || VK_ICD_FILENAMES)?.split(delimiter).find((file) => existsSync(file));

const text = (file: string): string => readFileSync(fixturePath(file), "utf8");

/** Architectures with random weights, at the smallest size that they can see. */
const NETWORKS = [
  {
    file: "yolov5n.yaml",
    yaml: text("shapes/shapes.yaml")
      .replace(/nc: \d+/, "nc: 80")
      .replace(/width_multiple: \S+/, "width_multiple: 0.25"),
    parameters: 1_867_405,
    size: [64, 64],
  },
  {
    file: "efficientvit-m0.yaml",
    yaml: text("efficientvit/detector.yaml").replace(/EfficientViT_M0, .*?\}\]\]/s, "EfficientViT_M0, []]"),
    parameters: 2_239_564,
    size: [64, 256],
  },
] as const;

/** A small one of each of timm's architectures. */
const BACKBONES = [
  "resnet10t",
  "mobilenetv3_small_050",
  "tinynet_e",
  "convnextv2_atto",
  "edgenext_xx_small",
  "efficientvit_b0",
  "hgnetv2_b0",
  "starnet_s050",
  "mobileone_s0",
  "repvgg_a0",
  "ghostnet_050",
  "regnetx_002",
  "fasternet_t0",
  "fastvit_t8",
  "repvit_m0_9",
  "darknet17",
  "ese_vovnet19b_dw",
];

const ANCHORS = "[[10, 13, 16, 30], [30, 61, 62, 45], [116, 90, 156, 198]]";

/** A backbone with a head right behind three of its levels. */
const onBackbone = (backbone: string): string => `
nc: 3
depth_multiple: 0.33
width_multiple: 0.25
anchors: ${ANCHORS}
backbone: [[-1, 1, ${backbone}, [False]]]
head: [[[2, 3, 4], 1, Detect, [nc, anchors]]]
`;

/** Some of each kind of YOLOv7's rows, with its head, and blocks of branches for each way of counting groups. */
const YOLOV7 = `
nc: 3
depth_multiple: 1
width_multiple: 1
anchors: ${ANCHORS}
backbone:
  - [-1, 1, ReOrg, []]
  - [-1, 1, Conv, [16, 3, 2, null, 1, nn.LeakyReLU(0.1)]]
  - [-1, 1, MP, []]
  - [-1, 1, RepConv, [16, 3, 1, null, 2]]
  - [-1, 1, RepVGGBlock, [32, 3, 2, 1]]
  - [-1, 1, MobileOneBlock, [32, 3, 2, 1, 1, 32, False, True, 2]]
  - [-1, 1, SPPCSPC, [32]]
head:
  - [-1, 1, SP, [3]]
  - [[-1, -2], 1, Concat, [1]]
  - [[3, 4, 8], 1, IDetect, [nc, anchors]]
`;

const DETECTORS = [...BACKBONES.map((name) => [name, onBackbone(name)] as const), ["rows of YOLOv7", YOLOV7] as const];

const verify = (plain: Graph, optimized: Graph) =>
  verifyModels({
    reference: encodeBytes(plain, { opset: 17 }),
    candidate: encodeBytes(optimized, { opset: 17 }),
    inputs: (session) => [{ name: "noise", tensors: seededInputs(session, 1) }],
    provider: webgpu,
  });

/** A Conv for the GPU, and numbers of 64 bits, which WebGPU does not have. */
const MIXED = `graph mixed(%x: f32[1,3,8,8]) {
  %w = f32[4,3,3,3] splat 0.125
  %c = Conv(%x, %w) : f32[1,4,6,6]
  %d = Cast(%c) {to=f64} : f64[1,4,6,6]
  %m = Mul(%d, %d) : f64[1,4,6,6]
  %y = Cast(%m) {to=f32} : f32[1,4,6,6]
  return %y
}`;

test("a Vulkan driver that is named and there makes webgpu usable", () => {
  if (namedDriver !== undefined) expect(probe).toMatchObject({ usable: true });
});

/** A software driver compiles shaders for as long as the machine is slow. */
const TIME_LIMIT_MS = 300_000;

if (probe.usable) {
  test.each(NETWORKS)(
    "the optimised $file is the plain one on webgpu",
    async ({ file, yaml, size, parameters }) => {
      const config = { file, text: yaml };
      const { plain, optimized, buffers } = compileGraphs({ config, randomWeights: 1, size, batch: 1, passes: "full" });
      expect(countParameters(optimized, buffers)).toBe(parameters);
      const { ok, comparisons, placement } = await verify(plain, optimized);
      expect(ok).toBe(true);
      expect(comparisons.map(({ provider, level, tolerance }) => `${provider} ${level} ${tolerance.name}`)).toEqual([
        "cpu disabled FOLD",
        "cpu all FOLD",
        "webgpu disabled GPU_F32",
        "webgpu all GPU_F32",
      ]);
      expect(placement?.onCpu).toEqual([]);
      expect(placement?.onProvider).toBeGreaterThan(100);
    },
    TIME_LIMIT_MS,
  );

  test(
    "a float16 file is the plain graph within F16",
    async () => {
      const { file, yaml, size } = NETWORKS[0];
      const request = { config: { file, text: yaml }, randomWeights: 1, size, precision: { kind: "half" } } as const;
      const made = compile({ ...request, verify: { provider: webgpu } });
      const { verification } = await made.catch((error: unknown) => {
        const reason = isCompileError(error) ? error.message : "";
        if (!reason.includes("requires f16 but the device does not support it")) throw error;
        console.warn(`skipped: ${reason}`);
        return { verification: undefined };
      });
      if (!verification) return;
      expect(verification.ok).toBe(true);
      const runs = verification.comparisons.map(({ provider, tolerance }) => `${provider} ${tolerance.name}`);
      expect(new Set(runs)).toEqual(new Set(["cpu F16", "webgpu F16", "cpu rounding F16"]));
    },
    TIME_LIMIT_MS,
  );

  test.each(DETECTORS)(
    "the optimised detector on %s is the plain one on webgpu",
    async (_, yaml) => {
      const config = { file: "detector.yaml", text: yaml };
      const { plain, optimized } = compileGraphs({
        config,
        randomWeights: 1,
        size: [64, 64],
        batch: 1,
        passes: "full",
      });
      const { ok, comparisons, placement } = await verify(plain, optimized);
      expect(comparisons.filter((comparison) => !comparison.ok)).toEqual([]);
      expect(ok).toBe(true);
      expect(placement?.onCpu).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  test("nodes that fall back to the CPU are named", async () => {
    const mixed = parseGraph(MIXED);
    const { ok, placement } = await verify(mixed, mixed);
    expect(ok).toBe(true);
    expect(placement?.onProvider).toBeGreaterThan(0);
    expect(placement?.onCpu.map(({ op }) => op)).toEqual(["Cast", "Mul", "Cast"]);
  });

  test("a wrong graph is found on webgpu as on the CPU", async () => {
    const { ok, comparisons } = await verify(parseGraph(MIXED), parseGraph(MIXED.replace("0.125", "0.126")));
    expect(ok).toBe(false);
    expect(comparisons.map(({ provider, ok }) => `${provider} ${ok}`)).toEqual([
      "cpu false",
      "cpu false",
      "webgpu false",
      "webgpu false",
    ]);
  });

  test("auto takes a GPU that computes, and says so", async () => {
    const hardware: Provider = { ...webgpu, vulkan: false };
    const { provider, notes } = await chooseProvider("auto", { among: [hardware], requireGpu: true });
    expect(provider).toBe(hardware);
    expect(notes).toEqual([{ code: "runtime/provider", severity: "note", message: "auto takes webgpu" }]);
  });
} else {
  test("verification on webgpu", () => console.warn(`skipped: webgpu is not usable here: ${probe.reason}`));
}
