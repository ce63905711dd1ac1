import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, tensorOf, uniformFloats } from "@yolo-compile/core";
import { constantValue, fixedShape, type Graph, type Node } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import { compareTensors, FOLD, findProvider, openSession, verifyModels } from "@yolo-compile/runtime";
import { fixturePath, readNpy } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { chooseInputs } from "./verify/choose-inputs.js";

const provider = findProvider("cpu");
const shapes = (file: string): string => fixturePath(`shapes/${file}`);
const encode = (graph: Graph): Uint8Array => encodeBytes(graph, { opset: 17 });

const checkpoint = openCheckpoint(bytesSource("shapes.pt", new Uint8Array(readFileSync(shapes("shapes.pt")))));
const { plain, optimized } = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes: "full" });

const verify = (candidate: Graph) =>
  verifyModels({
    reference: encode(plain),
    candidate: encode(candidate),
    provider,
    inputs: (session) => chooseInputs(session, { seed: 1 }),
  });

/** The plain graph with the first node, or every one, for which `change` gives another replaced by that. */
function mutate(change: (node: Node) => Node | undefined, every = false): Graph {
  let done = false;
  const nodes = plain.nodes.map((node) => {
    const changed = done && !every ? undefined : change(node);
    done ||= changed !== undefined;
    return changed ?? node;
  });
  expect(done).toBe(true);
  return { ...plain, nodes };
}

test("the trained detector answers as PyTorch does", async () => {
  const golden = readNpy(shapes("golden/lcg_64x96.output0.npy"));
  const session = await openSession(encode(optimized), { provider, level: "all" });
  const image = { dtype: "f32", shape: [1, 3, 64, 96], data: uniformFloats(1, 3 * 64 * 96) } as const;
  const results = await session.run(new Map([["images", image]]));
  await session.release();
  expect(compareTensors("output0", golden, results.get("output0")!).maxRel).toBeLessThanOrEqual(FOLD.relative);
});

test("the optimised graph passes verification", async () => {
  const { ok, comparisons } = await verify(optimized);
  expect(ok).toBe(true);
  expect(comparisons.map(({ output, level }) => [output, level])).toEqual([
    ["output0", "disabled"],
    ...Array(3).fill(["output0", "all"]),
  ]);
});

test.each<[string, () => Graph]>([
  [
    "BatchNorm eps 1e-5 instead of 1e-3",
    () =>
      mutate(
        (node) =>
          node.op === "BatchNormalization"
            ? { ...node, attributes: { ...node.attributes, epsilon: Math.fround(1e-5) } }
            : undefined,
        true,
      ),
  ],
  [
    "a dropped BatchNorm bias",
    () =>
      mutate((node) => {
        if (node.op !== "BatchNormalization") return undefined;
        const [x, scale, bias, ...statistics] = node.inputs;
        const shape = fixedShape(bias!);
        const zero = constantValue(tensorOf("f32", shape, new Float32Array(shape[0]!)), "zero");
        return { ...node, inputs: [x, scale, zero, ...statistics] };
      }),
  ],
  [
    "a swapped Concat order",
    () => mutate((node) => (node.op === "Concat" ? { ...node, inputs: [...node.inputs].reverse() } : undefined)),
  ],
])("verification catches %s", async (_, mutant) => {
  const { ok, comparisons } = await verify(mutant());
  expect(ok).toBe(false);
  for (const { maxRel } of comparisons) expect(maxRel).toBeGreaterThan(10 * FOLD.relative);
});

// ONNX Runtime 1.30 folds Pad(0) + MaxPool into a MaxPool that pads with -inf, at every level but `disabled`.
test("zero padding before MaxPool stays zero at ONNX Runtime's full level", async () => {
  const text = `{nc: 1, depth_multiple: 1, width_multiple: 1, anchors: [[10,13, 16,30]],
    backbone: [[-1, 1, Conv, [8, 3, 8]], [-1, 1, nn.ZeroPad2d, [[0, 1, 0, 1]]], [-1, 1, nn.MaxPool2d, [2, 1, 0]]],
    head: [[[2], 1, Detect, [nc, anchors]]]}`;
  const padded = compileGraphs({
    config: { file: "padded.yaml", text },
    randomWeights: 3,
    size: [64, 64],
    batch: 1,
    passes: "full",
  });
  expect(padded.optimized.nodes.map(({ op }) => op)).toEqual(expect.arrayContaining(["Pad", "MaxPool"]));
  const { ok } = await verifyModels({
    reference: encode(padded.plain),
    candidate: encode(padded.optimized),
    provider,
    inputs: (session) => chooseInputs(session, { seed: 1 }),
  });
  expect(ok).toBe(true);
});
