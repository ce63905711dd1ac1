import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import {
  joinLibraries,
  type PyValue,
  parseYaml,
  planNetwork,
  summarizeNetwork,
  TORCH_MODULES,
} from "@yolo-compile/network";
import { YOLOV7 } from "./family.js";

const { recognizes, readConfig } = YOLOV7.networks!;

const HEAD = "nc: 2\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: [[10, 13, 16, 30]]\n";
const yaml = (backbone: readonly string[], head: readonly string[]): PyValue =>
  parseYaml(
    `${HEAD}backbone:\n${backbone.map((row) => `  - ${row}\n`).join("")}head:\n${head.map((row) => `  - ${row}\n`).join("")}`,
    "m.yaml",
  );
const CONV = "[-1, 1, Conv, [16, 3, 2]]";
const DETECT = "[[-1], 1, Detect, [nc, anchors]]";

test.each([
  [true, [CONV, "[-1, 1, MP, []]"], [DETECT]],
  [true, ["[-1, 1, ReOrg, []]"], [DETECT]],
  [true, [CONV], ["[-1, 1, SP, [5]]", DETECT]],
  [true, [CONV], ["[[-1], 1, IDetect, [nc, anchors]]"]],
  // Of YOLOv7's rows, these are those that YOLOv5's yamls have borrowed.
  [false, [CONV, "[-1, 1, SPPCSPC, [16]]", "[-1, 1, RepConv, [16]]"], [DETECT]],
  [false, [CONV], [DETECT]],
])("a yaml is its own by its rows: %p %j %j", (own, backbone, head) => {
  expect(recognizes({ document: yaml(backbone, head) })).toBe(own);
});

test("a yaml that is none, or of later families, is not its own", () => {
  expect(recognizes({ document: "yolov7" })).toBe(false);
  expect(recognizes({ document: new Map([["backbone", 3]]) })).toBe(false);
  expect(
    recognizes({
      document: new Map<string, PyValue>([
        ["scales", []],
        ["backbone", [[-1, 1, "MP", []]]],
      ]),
    }),
  ).toBe(false);
  expect(recognizes({ document: new Map([["backbone", [3, [1], [1, 1, 3]]]]) })).toBe(false);
});

test("a checkpoint is its own by its implicits, and never where its class is YOLOv5's", () => {
  const tensor = tensorOf("f32", [1], [1]);
  const stored = (name: string) =>
    new Map<string, LazyTensor>([[name, { dtype: "f32", shape: [1], read: () => tensor }]]);
  expect(recognizes({ stored: stored("model.105.ia.0.implicit"), className: "models.yolo.Model" })).toBe(true);
  expect(recognizes({ stored: stored("model.105.anchors") })).toBe(false);
  const document = yaml([CONV], ["[[-1], 1, IDetect, [nc, anchors]]"]);
  expect(recognizes({ document, className: "models.yolo.Model" })).toBe(true);
  expect(recognizes({ document, className: "models.yolo.DetectionModel" })).toBe(false);
  expect(recognizes({})).toBe(false);
});

test("the summary's line is YOLOv7's, and each Conv has an activation of its own", () => {
  const config = readConfig(yaml([CONV, CONV], ["[[-1], 1, IDetect, [nc, anchors]]"]), "m");
  const { line } = summarizeNetwork(planNetwork(config, joinLibraries([YOLOV7.modules, TORCH_MODULES])));
  // Layers: 2 of the model, 4 a Conv, 7 of the head. Parameters: 464 + 2336 + 268, with 16 + 14 implicits.
  expect(line).toBe("Model Summary: 17 layers, 3068 parameters, 3068 gradients, 0.2 GFLOPS");
});
