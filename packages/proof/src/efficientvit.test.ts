import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import {
  type CompiledGraphs,
  compileGraphs,
  type GraphsRequest,
  loadNetwork,
  randomWeights,
} from "@yolo-compile/compiler";
import { type LazyTensor, type Tensor, tensorOf, toFloat64, uniformFloats } from "@yolo-compile/core";
import { fixedShape, type Graph, opCensus, type Value } from "@yolo-compile/ir";
import { type ModuleDefinition, moduleTable, networkNotes, traceNetwork } from "@yolo-compile/network";
import { encodeBytes } from "@yolo-compile/onnx";
import { optimize } from "@yolo-compile/passes";
import { FOLD, findProvider, openSession } from "@yolo-compile/runtime";
import { fixturePath, readNpy } from "@yolo-compile/testkit";
import type { Checkpoint } from "@yolo-compile/weights";

const fixture = (name: string): string => fixturePath(`efficientvit/${name}`);
const yaml = (name: string) => readFileSync(fixture(`${name}.yaml`), "utf8");
const config = (name: string, edit: (text: string) => string = (text) => text) => ({
  file: `${name}.yaml`,
  text: edit(yaml(name)),
});
const cpu = findProvider("cpu");
const SMALL = [96, 160] as const;

type Request = Omit<GraphsRequest, "batch" | "passes"> & Partial<GraphsRequest>;
const compiled = (request: Request): CompiledGraphs => compileGraphs({ batch: 1, passes: "full", ...request });

async function outputsOf(graph: Graph, level: "disabled" | "all" = "disabled"): Promise<Float64Array[]> {
  const session = await openSession(encodeBytes(graph, { opset: 17 }), { provider: cpu, level });
  const [image] = graph.inputs;
  const shape = fixedShape(image!);
  const data = uniformFloats(
    1,
    shape.reduce((a, b) => a * b, 1),
  );
  try {
    return [...(await session.run(new Map([["images", { dtype: "f32", shape, data }]]))).values()].map(toFloat64);
  } finally {
    await session.release();
  }
}

/** Largest difference of any output, as a share of that output's range. */
function difference(found: readonly Float64Array[], expected: readonly Float64Array[]): number {
  const shares = expected.map((values, output) => {
    const range = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
    return values.reduce((worst, value, at) => Math.max(worst, Math.abs(value - found[output]![at]!)), 0) / range;
  });
  expect(found).toHaveLength(expected.length);
  return Math.max(...shares);
}

/** The weights of `--random-weights 1`, under other names or with other tensors. */
function weightsOf(
  request: Pick<Request, "config" | "size">,
  rename: (name: string) => string = (name) => name,
  change: (name: string, tensor: LazyTensor) => LazyTensor = (_, tensor) => tensor,
): Checkpoint {
  const { checkpoint: made } = randomWeights(loadNetwork(request.config, undefined), 1, { size: request.size });
  const tensors = new Map([...made.tensors].map(([name, tensor]) => [rename(name), change(name, tensor)]));
  return { ...made, name: "random", tensors };
}

const lazy = (tensor: Tensor): LazyTensor => ({ ...tensor, read: () => tensor });

const codes = ({ notes }: CompiledGraphs): string[] => notes.map(({ code }) => code);

test.each([
  [8, 64, 64],
  [8, 96, 160],
  [16, 128, 192],
] as const)("a backbone with stem stride %i answers as PyTorch does at %ix%i", async (stem, height, width) => {
  const edited = config("backbone", (text) => text.replace("stem_stride: 8", `stem_stride: ${stem}`));
  const { plain, optimized } = compiled({ config: edited, randomWeights: 1, size: [height, width] });
  const golden = [0, 1, 2].map((level) =>
    toFloat64(readNpy(fixture(`stem${stem}@${height}x${width}.output${level}.npy`))),
  );
  expect(difference(await outputsOf(plain), golden)).toBeLessThanOrEqual(FOLD.relative);
  expect(difference(await outputsOf(optimized), golden)).toBeLessThanOrEqual(FOLD.relative);
  expect(difference(await outputsOf(optimized, "all"), golden)).toBeLessThanOrEqual(FOLD.relative);
});

test("dropping the BatchNorms, as the hybrids' fuse=True does, answers wrongly; folding them does not", async () => {
  const { plain } = compiled({ config: config("backbone"), randomWeights: 1, size: SMALL });
  const expected = await outputsOf(plain);
  const replaced = new Map<Value, Value>();
  const now = (value: Value | undefined): Value | undefined => (value && replaced.get(value)) ?? value;
  const nodes = plain.nodes.flatMap((node) => {
    const inputs = node.inputs.map(now);
    if (node.op !== "BatchNormalization") return [{ ...node, inputs }];
    replaced.set(node.outputs[0]!, inputs[0]!);
    return [];
  });
  const dropped = { ...plain, nodes, outputs: plain.outputs.map((each) => ({ ...each, value: now(each.value)! })) };
  expect(difference(await outputsOf(dropped), expected)).toBeGreaterThan(0.1);
  const fused = optimize(plain, "fuse").graph;
  expect(opCensus(fused).has("BatchNormalization")).toBe(false);
  expect(difference(await outputsOf(fused), expected)).toBeLessThanOrEqual(FOLD.relative);
});

test("the plain graph gathers its biases, the full one has them as constants", () => {
  const { plain, optimized } = compiled({ config: config("backbone"), randomWeights: 1, size: SMALL });
  // One table for each of 4 blocks, one row of it for each of 2 + 2 * 3 + 2 heads.
  expect(opCensus(plain).get("Gather")).toBe(4 + 10);
  expect(opCensus(optimized).has("Gather")).toBe(false);
});

const toTimmConv = (name: string): string => name.replace(/\.c\.weight$/, ".conv.weight");

/** timm's own names for the parts of the backbone. */
const toTimm = (name: string): string =>
  toTimmConv(name)
    .replace(/patch_embed\.(\d)\./, (_, index) => `patch_embed.conv${Number(index) / 2 + 1}.`)
    .replace(/blocks(\d)\.(\d)\./, (_, stage, index) => {
      const down = Number(stage) > 1 ? ["downsample.res1", "downsample.patchmerge", "downsample.res2"] : [];
      const place = down[Number(index)] ?? `blocks.${Number(index) - down.length}`;
      return `stages.${Number(stage) - 1}.${place}.`;
    });

test.each([
  ["conv and bn", toTimmConv],
  ["timm's layout", toTimm],
])("checkpoints that spell it with %s give the same network", async (_, rename) => {
  const request = { config: config("detector"), size: SMALL };
  const expected = await outputsOf(compiled({ ...request, randomWeights: 1 }).optimized);
  const model = compiled({ ...request, checkpoint: weightsOf(request, rename) });
  expect(difference(await outputsOf(model.optimized), expected)).toBe(0);
});

/** Each convolution with its BatchNorm folded in, under the name that both had together. */
function fusedByHand(checkpoint: Checkpoint): Checkpoint {
  const read = (name: string) => toFloat64(checkpoint.tensors.get(name)!.read());
  const tensors = new Map(checkpoint.tensors);
  for (const [name, { shape }] of checkpoint.tensors) {
    const base = /^(.*)\.c\.weight$/.exec(name)?.[1];
    if (!base) continue;
    const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => {
      tensors.delete(`${base}.bn.${part}`);
      return read(`${base}.bn.${part}`);
    }) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const scale = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + 1e-3));
    const perFilter = shape.slice(1).reduce((a, b) => a * b, 1);
    const weight = read(name).map((value, index) => value * scale[Math.floor(index / perFilter)]!);
    tensors.delete(name);
    tensors.set(`${base}.weight`, lazy(tensorOf("f32", shape, weight)));
    const bias = beta.map((value, channel) => value - mean[channel]! * scale[channel]!);
    tensors.set(`${base}.bias`, lazy(tensorOf("f32", [shape[0]!], bias)));
  }
  return { ...checkpoint, tensors };
}

test.each([["its own names"], ["timm's layout"]])(
  "a checkpoint whose backbone is fused fits, under %s",
  async (names) => {
    const request = { config: config("detector"), size: SMALL };
    const expected = await outputsOf(compiled({ ...request, randomWeights: 1 }).plain);
    const fused = fusedByHand(weightsOf(request));
    const rename = names === "timm's layout" ? toTimm : (name: string) => name;
    const tensors = new Map([...fused.tensors].map(([name, tensor]) => [rename(name), tensor]));
    const model = compiled({ ...request, checkpoint: { ...fused, tensors } });
    expect([...opCensus(model.plain)].find(([op]) => op === "BatchNormalization")?.[1]).toBe(2);
    expect(difference(await outputsOf(model.optimized), expected)).toBeLessThanOrEqual(FOLD.relative);
  },
);

test("squeeze-excite as conv_reduce and conv_expand gives the same network", async () => {
  const request = { config: config("detector"), size: SMALL };
  const rename = (name: string) => name.replace("se.fc1", "se.conv_reduce").replace("se.fc2", "se.conv_expand");
  const expected = await outputsOf(compiled({ ...request, randomWeights: 1 }).plain);
  const model = compiled({ ...request, checkpoint: weightsOf(request, rename) });
  expect(difference(await outputsOf(model.plain), expected)).toBe(0);
});

test("query kernels are those of the weights, and a note says so", () => {
  const request = { config: config("detector"), size: SMALL };
  const other = config("detector", (text) => text.replace("kernels: [5, 3, 3]", "kernels: [3, 5, 3]"));
  const model = compiled({ ...request, checkpoint: weightsOf({ ...request, config: other }) });
  expect(codes(model)).toContain("efficientvit/kernels");
  const kernels = model.plain.nodes.filter(({ origin }) => /blocks1.*dws\.\d\.c$/.test(origin.path));
  expect(kernels.map(({ inputs }) => inputs[1]!.type.shape[2])).toEqual([3, 5]);
});

test("the index buffer is used where it is stored, computed where not, and a stale ab is left out", async () => {
  const request = { config: config("detector"), size: SMALL };
  const without = weightsOf(request);
  const model = compiled({ ...request, checkpoint: without });
  expect(codes(model)).toContain("weights/fallback");
  const attention = "model.0.blocks1.0.mixer.m.attn";
  const flipped = tensorOf(
    "i64",
    [16, 16],
    Array.from({ length: 256 }, (_, index) => index % 16),
  );
  const tensors = new Map([
    ...without.tensors,
    [`${attention}.attention_bias_idxs`, lazy(flipped)],
    [`${attention}.ab`, lazy(tensorOf("f32", [2, 16, 16], new Float64Array(512)))],
  ]);
  const stored = compiled({ ...request, checkpoint: { ...without, tensors } });
  expect(stored.notes.find(({ code }) => code === "weights/ignored")?.message).toContain(`${attention}.ab is left out`);
  expect(difference(await outputsOf(stored.plain), await outputsOf(model.plain))).toBeGreaterThan(1e-3);
});

const backboneOnly = (request: Pick<Request, "config" | "size">): Checkpoint => {
  const all = weightsOf(request);
  const own = [...all.tensors].filter(([name]) => name.startsWith("model.0."));
  const tensors = new Map(own.map(([name, tensor]) => [name.replace("model.0.", ""), tensor]));
  tensors.set("head.l.weight", lazy(tensorOf("f32", [2, 2], [1, 2, 3, 4])));
  return { ...all, tensors };
};

test("a checkpoint of the backbone alone is loaded under model.0 and reported as the original does", async () => {
  const request = { config: config("detector"), size: SMALL };
  const model = compiled({ ...request, checkpoint: backboneOnly(request), randomWeights: 1 });
  const [report] = model.notes.filter(({ code }) => code === "weights/partial");
  // PyTorch's state_dict has 436 entries; the random weights lack its 70 counters and 4 index buffers.
  expect(report?.message).toBe("loading weights... 362/436 items of EfficientViT_M0 under model.0.");
  expect(report?.details).toEqual(["left model.0.head.l.weight [2,2], there is no place for it"]);
  expect(codes(model)).toContain("weights/filled");
  const expected = await outputsOf(compiled({ ...request, randomWeights: 1 }).optimized);
  expect(difference(await outputsOf(model.optimized), expected)).toBe(0);
});

test("a checkpoint of the backbone alone is all that a yaml of the backbone alone needs", () => {
  const request = { config: config("backbone"), size: SMALL };
  const model = compiled({ ...request, checkpoint: backboneOnly(request) });
  expect(codes(model)).toContain("weights/partial");
});

test("without weights for the other rows the error says what the checkpoint is", () => {
  const request = { config: config("detector"), size: SMALL };
  expect(() => compiled({ ...request, checkpoint: backboneOnly(request) })).toThrow(
    "these are weights of EfficientViT_M0 (backbone[0]) alone",
  );
});

test("bias tables of a classifier do not fit, and the error says which stem they are for", () => {
  const request = { config: config("detector"), size: SMALL };
  const table = "model.0.blocks3.3.mixer.m.attn.attention_biases";
  const smaller = (name: string, tensor: LazyTensor): LazyTensor =>
    name === table ? lazy(tensorOf("f32", [2, 1], [1, 2])) : tensor;
  const checkpoint = weightsOf(request, (name) => name, smaller);
  expect(() => compiled({ ...request, checkpoint })).toThrow(`${table} is f32[2,1], the yaml needs [2,4]`);
  expect(() => compiled({ ...request, checkpoint })).toThrow("`stem_stride: 16` in model_cfg");
  expect(() => compiled({ ...request, checkpoint })).not.toThrow("windows of attention at");
});

/** A classifier's checkpoint for 64 pixels: stages 2 and 3 have maps of 2x2 and 1x1, smaller than their windows. */
function classifier(): Checkpoint {
  const made = backboneOnly({ config: config("backbone"), size: [64, 64] });
  const sides = { blocks2: 2, blocks3: 1 };
  const tensors = new Map(made.tensors);
  for (const [name, { shape }] of made.tensors)
    for (const [stage, side] of Object.entries(sides))
      if (name.startsWith(stage) && name.endsWith("attention_biases"))
        tensors.set(name, lazy(tensorOf("f32", [shape[0]!, side ** 2], new Float64Array(shape[0]! * side ** 2))));
  return { ...made, tensors };
}

test("a classifier of Microsoft's works at the size that its bias tables are for, and at no other", () => {
  const stem = config("backbone", (text) => text.replace("stem_stride: 8", "stem_stride: 16"));
  const model = compiled({ config: stem, checkpoint: classifier(), size: [64, 64] });
  expect(model.notes.find(({ code }) => code === "weights/partial")?.message).toContain(
    "loading weights... 362/436 items",
  );
  expect(model.plain.outputs.map(({ value }) => value.type.shape.slice(2))).toEqual([
    [4, 4],
    [2, 2],
    [1, 1],
  ]);
  expect(() => compiled({ config: stem, checkpoint: classifier(), size: [128, 128] })).toThrow("window");
});

test("anchors that were divided by 16 and 32 ask for Microsoft's stem", () => {
  const plain = { config: config("detector"), size: [128, 192] as const };
  const anchors = (strides: readonly number[]) =>
    [10, 13, 16, 30, 30, 61, 62, 45].map((size, index) => size / strides[Math.floor(index / 4)]!);
  const checkpoint = (strides: readonly number[]) => {
    const made = weightsOf(plain);
    const tensor = lazy(tensorOf("f16", [2, 2, 2], anchors(strides)));
    return { ...made, tensors: new Map([...made.tensors, ["model.5.anchors", tensor]]) };
  };
  const strides = (given: readonly number[]) => loadNetwork(plain.config, checkpoint(given)).strides;
  expect(strides([16, 32])).toEqual([16, 32]);
  expect(strides([32, 64])).toEqual([32, 64]);
  expect(strides([7, 9])).toEqual([16, 32]);
  expect(compiled({ ...plain, checkpoint: checkpoint([32, 64]) }).plain.outputs[0]!.value.type.shape[1]).toBe(
    2 * (4 * 6 + 2 * 3),
  );
});

test("arguments that happen elsewhere are accepted with a note", () => {
  const edited = config("backbone", (text) => text.replace("['', 0, False, False", "['m0.pth', 0, False, True"));
  const notes = networkNotes(loadNetwork(edited, undefined), SMALL).map(({ code }) => code);
  expect(notes).toEqual(["efficientvit/pretrained", "efficientvit/fuse", "efficientvit/windows"]);
});

/** Two levels, 1/2 and 1/4 of the image. */
const pyramid: ModuleDefinition = {
  type: "Pyramid",
  signature: [],
  plan: ({ inputs }) => ({ args: [], channels: [inputs[0]!, inputs[0]!], copies: 1 }),
  build: (scope, x) => {
    const half = (value: Value) => scope.op("AveragePool", [value], { kernel_shape: [2, 2], strides: [2, 2] });
    return [half(x), half(half(x))];
  },
};

const pyramidNetwork = (from: number) => {
  const head = `[[-1, 1, nn.Upsample, [None, 2, 'nearest']], [[-1, ${from}], 1, Concat, [1]]]`;
  const text = `{nc: 1, depth_multiple: 1, width_multiple: 1, anchors: 3, backbone: [[-1, 1, Pyramid, []]], head: ${head}}`;
  return loadNetwork({ file: "own.yaml", text }, undefined, { modules: moduleTable({ Pyramid: pyramid }) });
};

test("any backbone that returns a list fits the door", () => {
  const network = pyramidNetwork(3);
  expect(network.layers.map(({ slot }) => slot)).toEqual([4, 5, 6]);
  expect(traceNetwork(network, { size: [64, 32] }).outputs[0]!.type.shape).toEqual([1, 6, 32, 16]);
  expect(() => pyramidNetwork(2)).toThrow("points at output 2, which the backbone leaves empty; it fills 3, 4");
  expect(() => pyramidNetwork(-4)).toThrow("points at output 2, which");
});
