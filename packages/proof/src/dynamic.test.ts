import { expect, test } from "@jest/globals";
import { compileGraphs, type DynamicAxes, type GraphsRequest } from "@yolo-compile/compiler";
import { type Graph, scalar } from "@yolo-compile/ir";
import { DECODED, SUPPRESSION } from "@yolo-compile/network";
import { encodeBytes, readModelInfo } from "@yolo-compile/onnx";
import { CPU, checkCandidate } from "@yolo-compile/runtime";
import { compile } from "./compile/index.js";
import { referenceCases } from "./verify/reference-cases.js";

/** Five sizes, as the sets of `--verify-sizes`: square, upright, wide, small, three pictures at a time. */
const SIZES = [
  [1, 128, 128],
  [1, 192, 64],
  [2, 64, 160],
  [1, 64, 64],
  [3, 96, 128],
] as const;

const sizesOf = (sizes: readonly (readonly [number, number, number])[]) =>
  sizes.map(
    ([batch, height, width]) =>
      new Map([
        ["batch", batch],
        ["height", height],
        ["width", width],
      ]),
  );

const ALL: DynamicAxes = { batch: true, height: true, width: true };

/** Steps in which every network below can run. */
const IN_STEPS: DynamicAxes = { batch: true, height: 32, width: 32 };

const YOLOV5 = (backbone: string, head: string) => `nc: 2
depth_multiple: 0.33
width_multiple: 0.25
anchors:
  - [10, 13, 16, 30]
  - [30, 61, 62, 45]
backbone:
  - [-1, 1, Focus, [16, 3]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, C3, [64]]
  - [-1, 1, Conv, [64, 3, 2]]
${backbone}
head:
${head}
`;

const DETECT = "  - [[3, -1], 1, Detect, [nc, anchors]]";
const SEGMENT = "  - [[3, -1], 1, Segment, [nc, anchors, 8, 64]]";

const ULTRALYTICS = (head: string) => `nc: 3
scales: {n: [0.5, 0.25, 1024]}
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, C2f, [64, True]]
  - [-1, 1, Conv, [256, 3, 2]]
  - [-1, 1, C2PSA, [256]]
  - [-1, 1, A2C2f, [256, True, 1]]
head:
${head}
`;

const request = (text: string, dynamic: DynamicAxes | undefined = ALL): GraphsRequest => ({
  config: { file: "m.yaml", text },
  randomWeights: 1,
  size: [64, 96],
  batch: 1,
  passes: "full",
  dynamic,
});

const NETWORKS: readonly (readonly [string, string])[] = [
  ["SPPF", YOLOV5("  - [-1, 1, SPPF, [64, 5]]", DETECT)],
  ["transformers", YOLOV5("  - [-1, 1, C3TR, [64]]", DETECT)],
  ["moved pixels", YOLOV5("  - [-1, 1, Contract, [2]]\n  - [-1, 1, Expand, [2]]", DETECT)],
  ["masks", YOLOV5("  - [-1, 1, SPP, [64, [3, 5]]]", SEGMENT)],
  ["classes of whole pictures", YOLOV5("  - [-1, 1, nn.Identity, []]", "  - [-1, 1, Classify, [64, nc]]")],
  ["anchors without boxes", ULTRALYTICS("  - [[3, 6], 1, Detect, [nc]]")],
  ["key points", ULTRALYTICS("  - [[3, 6], 1, Pose, [nc, [5, 3]]]")],
  ["rotated boxes", ULTRALYTICS("  - [[3, 6], 1, OBB, [nc, 1]]")],
];

test.each(NETWORKS)("one model of open sizes is that of each size: %s", async (_, text) => {
  const { verification, graphs } = await compile({
    ...request(text, IN_STEPS),
    verify: { inputs: { seed: 1, sizes: sizesOf(SIZES) } },
  });
  expect(verification?.ok).toBe(true);
  for (const [batch, height, width] of SIZES) {
    const name = `noise (seed 1) ${batch}x3x${height}x${width}`;
    expect(verification?.comparisons.filter(({ input }) => input === name).length).toBeGreaterThan(1);
  }
  expect(graphs.optimized.nodes.length).toBeLessThan(graphs.plain.nodes.length);
});

test.each<[string, DynamicAxes, string]>([
  ["batch", { batch: true }, "batch,3,64,96 batch,240,7"],
  ["height", { height: true }, "1,3,16*h,96 1,60*h,7"],
  ["width", { width: 32 }, "1,3,64,32*w 1,80*w,7"],
  ["height and width", { height: 32, width: true }, "1,3,32*h,16*w 1,20*h*w,7"],
  ["none", {}, "1,3,64,96 1,240,7"],
])("%s alone may be open", (_, dynamic, expected) => {
  const { optimized } = compileGraphs(request(YOLOV5("  - [-1, 1, SPPF, [64, 5]]", DETECT), dynamic));
  const [image, boxes] = [optimized.inputs[0]!, optimized.outputs[0]!.value].map(({ type }) => String(type.shape));
  expect(`${image} ${boxes}`).toBe(expected);
});

/** The graph whose rows and columns of cells begin a cell too early. */
function shiftedGrid(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) =>
    node.op === "Sub" && node.inputs[1]?.hint === "half" ? { ...node, inputs: [node.inputs[0], scalar(1.5)] } : node,
  );
  return { ...graph, nodes };
}

test("a model of open sizes is held against fixed ones, so that a mistake in both of its graphs shows", async () => {
  const graphs = compileGraphs(request(YOLOV5("  - [-1, 1, SPPF, [64, 5]]", DETECT)));
  const placed: string[] = [];
  const place = (name: string, graph: Graph) => {
    placed.push(name);
    const bytes = encodeBytes(graph, { opset: 17 });
    expect(readModelInfo(bytes).inputs[0]!.shape.every((size) => typeof size === "number")).toBe(true);
    return bytes;
  };
  const cases = await referenceCases(graphs, place, { seed: 1, sizes: sizesOf(SIZES) });
  expect(placed).toEqual(SIZES.map(([batch, height, width]) => `plain at ${batch}x3x${height}x${width}`));
  const verdict = async (graph: Graph): Promise<boolean> => {
    const candidate = encodeBytes(graph, { opset: 17 });
    return (await checkCandidate({ candidate, cases, layouts: graphs.outputs, provider: CPU })).ok;
  };
  expect(await verdict(graphs.plain)).toBe(true);
  expect(await verdict(shiftedGrid(graphs.plain))).toBe(false);
});

test.each<[string, string, DynamicAxes, string]>([
  [
    "a stride-2 row below the head",
    YOLOV5("  - [-1, 1, Conv, [64, 3, 2]]\n  - [-1, 1, nn.Upsample, [None, 2]]", DETECT),
    ALL,
    "which divides by 2 only for some h - leave that side of the image fixed, or let it count in larger steps: --dynamic height=64 width=64 (backbone[5] Conv)",
  ],
  [
    "pixels that are no blocks",
    YOLOV5("  - [-1, 1, Contract, [2]]\n  - [-1, 1, Expand, [2]]", DETECT),
    { width: 96, height: true },
    "network/argument: Contract: gain is 2, expected a divisor of the map's sides, h and 6*w (backbone[5])",
  ],
  [
    "a step that the levels do not divide",
    YOLOV5("  - [-1, 1, SPPF, [64, 5]]", DETECT),
    { height: 40 },
    "network/step: an open side is to count in steps of 40 pixels, expected a multiple of the model's stride 16 - the next that is: 48",
  ],
  [
    "a head that chooses",
    `end2end: True\nreg_max: 1\n${ULTRALYTICS("  - [[3, 6], 1, Detect, [nc]]")}`,
    ALL,
    "ultralytics/open-size: the head without suppression chooses 300 boxes, and the smallest image has 5",
  ],
])("%s cannot stay open", (_, text, dynamic, message) => {
  const end2end = text.includes("end2end") && { end2end: true };
  expect(() => compileGraphs({ ...request(text, dynamic), ...end2end, size: [96, 96] })).toThrow(message);
});

const HYBRID = `nc: 1
depth_multiple: 1
width_multiple: 0.25
anchors:
  - [10, 13]
backbone:
  - [-1, 1, EfficientViT_M0, []]
head:
  - [[4], 1, Detect, [nc, anchors]]
`;

test("windows of attention may stay open where no padding depends on the size", async () => {
  expect(() => compileGraphs({ ...request(HYBRID), size: [224, 224] })).toThrow(
    "efficientvit/open-size: an image height of 32*h makes maps at stage 1 that are no whole number of windows of 7: how much they are padded depends on the size - leave the height fixed, or let it count in steps of 224: --dynamic height=224 (backbone[0] EfficientViT_M0)",
  );
  const dynamic = { batch: true, height: 224, width: 224 };
  const { verification, graphs } = await compile({
    ...request(HYBRID, dynamic),
    verify: {
      inputs: {
        seed: 1,
        sizes: sizesOf([
          [1, 224, 224],
          [1, 224, 448],
        ]),
      },
    },
  });
  expect(verification?.ok).toBe(true);
  expect(graphs.plain.metadata.get("stride")).toBe("224");
});

test("masks are put together at open heights and widths", async () => {
  const text = YOLOV5("  - [-1, 1, SPPF, [64, 5]]", SEGMENT);
  const ending = { ...DECODED, suppression: { ...SUPPRESSION, maxDetections: 10 }, masks: "image" } as const;
  const [size] = sizesOf(SIZES.map(([, height, width]) => [1, height, width] as const).slice(0, 1));
  const sizes = [new Map([...size!].filter(([name]) => name !== "batch"))];
  const open = { ...request(text, { height: true, width: true }), ending };
  const { verification, graphs } = await compile({ ...open, verify: { inputs: { seed: 1, sizes } } });
  expect(verification?.ok).toBe(true);
  expect(String(graphs.optimized.outputs[1]!.value.type.shape)).toBe("1,10,16*h,16*w");
});

test("suppression leaves height and width open, and needs a number of pictures", async () => {
  const text = YOLOV5("  - [-1, 1, SPPF, [64, 5]]", DETECT);
  const ending = { ...DECODED, suppression: { ...SUPPRESSION, multiLabel: true } };
  const sizes = sizesOf(SIZES.map(([, height, width]) => [1, height, width] as const).slice(0, 3));
  const open = { ...request(text, { height: true, width: true }), ending };
  const withoutBatch = sizes.map((each) => new Map([...each].filter(([name]) => name !== "batch")));
  const { verification } = await compile({ ...open, verify: { inputs: { seed: 1, sizes: withoutBatch } } });
  expect(verification?.ok).toBe(true);
  expect(() => compileGraphs({ ...open, dynamic: ALL })).toThrow(
    "network/open-size: suppression inside the graph needs a fixed number of pictures - leave batch out of --dynamic",
  );
});
