import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { opCensus } from "@yolo-compile/ir";
import { summarizeNetwork, traceNetwork } from "@yolo-compile/network";
import { optimize } from "@yolo-compile/passes";
import { findReference } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compileGraphs, type GraphsRequest, loadNetwork } from "./compile-graphs.js";
import { countParameters } from "./count-parameters.js";

const compiled = (request: Omit<GraphsRequest, "batch" | "passes">) =>
  compileGraphs({ batch: 1, passes: "full", ...request });

const DOCUMENT = "EfficientViT_M0, []";
const full = (variant: string, head = "") => ({
  file: "full.yaml",
  text: `nc: 3
depth_multiple: 1.0
width_multiple: 1.0
anchors: 3
backbone: [[-1, 1, ${DOCUMENT.replace("M0", variant)}]]
head: [${head}]`,
});

test.each([
  [[192, 192], "the nearest larger sizes that work: --imgsz 224, 192x256"],
  [[192, 224], "6x7 tokens at stage 3"],
] as const)("an image of %j gives the explained error", (size, reason) => {
  expect(() => compiled({ config: full("M0"), randomWeights: 1, size })).toThrow(reason);
});

test.each([[[224, 224]], [[256, 256]], [[320, 640]], [[672, 672]], [[192, 256]]] as const)(
  "an image of %j works",
  (size) => {
    const { trace } = traceNetwork(loadNetwork(full("M0"), undefined), { size });
    expect(trace.notes.map(({ code }) => code)).toEqual(["efficientvit/windows"]);
  },
);

test("an image of 200x200 is no multiple of the stride and learns which is", () => {
  const detector = full("M0", "[4, 1, Conv, [64, 1, 1]], [[5], 1, Detect, [nc, [[10, 13]]]]");
  expect(() => compiled({ config: detector, randomWeights: 1, size: [200, 200] })).toThrow("--imgsz 224");
});

const reference = findReference();
if (typeof reference === "string") {
  test("EfficientViT in the reference", () => console.warn(`skipped: ${reference}`));
} else {
  const cases = reference.cases.filter(({ cfg }) => /evit|EfficientViT/i.test(cfg ?? ""));
  const text = (cfg: string) => readFileSync(reference.path(cfg), "utf8");

  test.each(cases)("$name needs the state_dict of PyTorch, name by name", ({ cfg, state_dict_keys }) => {
    const network = loadNetwork({ file: cfg!, text: text(cfg!) }, undefined);
    const { expected } = traceNetwork(network, { size: [256, 256] }).trace;
    const found = [...expected.values()].map(({ name, shape }) => `${name} ${shape.join(",")}`);
    const rows = readFileSync(reference.path(state_dict_keys), "utf8").trimEnd().split("\n");
    const wanted = rows
      .map((row) => row.split("\t"))
      .filter(([name]) => !name!.endsWith("num_batches_tracked"))
      .map(([name, shape]) => `${name} ${shape}`);
    expect(found.sort()).toEqual(wanted.sort());
  });

  test.each([
    ["M0", 42.4],
    ["M1", 47.2],
    ["M2", 49.5],
    ["M3", 53.3],
    ["M4", 55.5],
    ["M5", 68.2],
  ])("%s counts %d GFLOPs", (variant, gflops) => {
    const edited = text("cfg/yolov5_EfficientViT.yaml").replace(/EfficientViT_M0, \[\]/, `EfficientViT_${variant}, []`);
    const { gflops: found } = summarizeNetwork(loadNetwork({ file: "m.yaml", text: edited }, undefined));
    expect(found.toFixed(1)).toBe(String(gflops));
  });

  test("the full graph of the M0 detector at 640 has at most 661 nodes, all of them work", () => {
    const cfg = "cfg/yolov5_EfficientViT.yaml";
    const model = compiled({ config: { file: cfg, text: text(cfg) }, randomWeights: 1, size: [640, 640] });
    const census = opCensus(model.optimized);
    expect(model.optimized.nodes.length).toBeLessThanOrEqual(661);
    for (const op of ["BatchNormalization", "Gather", "Unsqueeze", "Squeeze", "Cast", "Expand"])
      expect(census.has(op)).toBe(false);
    // 6 attentions x 4 heads: a table of 49 biases a head becomes a constant of 49 x 49; residuals and scales change no size.
    const fused = 22_385_936;
    expect(countParameters(optimize(model.plain, "fuse").graph, model.buffers)).toBe(fused);
    expect(countParameters(model.optimized, model.buffers)).toBe(fused + 6 * 4 * (49 * 49 - 49));
  });

  test("a pickled hybrid tells the story of its yaml, and its stale caches are mentioned", () => {
    const path = "weights/wf_evit_tiny.ckpt.pt";
    const checkpoint = openCheckpoint(bytesSource(path, new Uint8Array(readFileSync(reference.path(path)))));
    const cfg = "cfg/wf_evit_tiny.yaml";
    const model = compiled({ config: { file: cfg, text: text(cfg) }, checkpoint, size: [256, 256] });
    expect(model.notes.filter(({ code }) => code.startsWith("checkpoint/"))).toEqual([]);
    expect(model.notes.map(({ code }) => code)).toContain("weights/stale-cache");
    expect(checkpoint.model?.layers?.map(({ index }) => index)).toEqual(model.network.layers.map(({ slot }) => slot));
  });
}
