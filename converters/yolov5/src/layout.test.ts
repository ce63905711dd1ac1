import { expect, test } from "@jest/globals";
import { graphOf, joinLibraries, parseYaml, planNetwork, TORCH_MODULES, traceNetwork } from "@yolo-compile/network";
import { readConfig } from "./config.js";
import { YOLOV5_MODULES } from "./modules/index.js";

/** The layouts of the outputs of a network that ends in `row`, and their shapes for two images of 64x64. */
function layouts(row: string) {
  const text = `nc: 2\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: [[1, 2, 3, 4], [5, 6, 7, 8]]\nbackbone:\n  - [-1, 1, Conv, [16, 3, 8]]\n  - [-1, 1, Conv, [16, 3, 2]]\nhead:\n  - ${row}\n`;
  const config = readConfig(parseYaml(text, "m.yaml"), "m");
  const network = planNetwork(config, joinLibraries([YOLOV5_MODULES, TORCH_MODULES]));
  const { graph, outputs } = graphOf(traceNetwork(network, { size: [64, 64], batch: 2 }));
  return outputs.map(({ output, axis, parts }) => {
    const { shape } = graph.outputs.find(({ name }) => name === output)!.value.type;
    const columns = parts.reduce((sum, { count }) => sum + count, 0);
    expect(shape[axis]).toBe(columns);
    return `${output} ${axis}: ${parts.map(({ name, kind, count }) => `${count} ${name} ${kind}`).join(", ")}`;
  });
}

const BOX = "2 center pixels, 2 size pixels, 1 objectness probability, 2 classes probability";

test("a detector gives boxes, objectness and classes", () => {
  expect(layouts("[[0, 1], 1, Detect, [nc, anchors]]")).toEqual([`output0 2: ${BOX}`]);
});

test("a segmenter gives mask coefficients as well, and prototypes", () => {
  expect(layouts("[[0, 1], 1, Segment, [nc, anchors, 4, 8]]")).toEqual([
    `output0 2: ${BOX}, 4 masks coefficient`,
    "output1 1: 4 prototypes coefficient",
  ]);
});

test("a classifier gives logits", () => {
  expect(layouts("[-1, 1, Classify, [16, 7]]")).toEqual(["output0 1: 7 classes logit"]);
});

test("of any other end nothing is known but its channels", () => {
  expect(layouts("[-1, 1, nn.Upsample, [None, 2, 'nearest']]")).toEqual(["output0 1: 16 values other"]);
});
