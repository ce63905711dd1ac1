import { describe, expect, test } from "@jest/globals";
import { checkImageSize, joinLibraries, parseYaml, planNetwork, TORCH_MODULES } from "@yolo-compile/network";
import { readConfig } from "../config.js";
import { YOLOV5_MODULES } from "./index.js";

interface Head {
  readonly nc?: number;
  readonly ch?: number;
  readonly anchors?: string;
}

function networkOf(rows: readonly string[], { nc = 2, ch = 4, anchors = "[[1, 2], [3, 4]]" }: Head = {}) {
  const head = `nc: ${nc}\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: ${anchors}\nch: ${ch}\n`;
  const text = `${head}backbone:\n${rows.map((row) => `  - ${row}\n`).join("")}head: []\n`;
  return planNetwork(readConfig(parseYaml(text, "m.yaml"), "m"), joinLibraries([YOLOV5_MODULES, TORCH_MODULES]));
}

const HALF = "[-1, 1, Conv, [8, 3, 2]]";

test.each([
  ["[-1, 1, Conv, [x]]", "Conv: c2 is 'x', expected output channels (backbone[0])"],
  ["[-1, 1, Conv, []]", "Conv: c2 is missing, expected output channels"],
  ["[-1, 1, Conv, [8, x]]", "Conv: k is 'x', expected an integer"],
  ["[-1, 1, Conv, [8, [3, 3, 3]]]", "Conv: k is [3, 3, 3], expected an integer or a pair of them"],
  ["[-1, 1, Conv, [8, 3, 1, x]]", "Conv: p is 'x', expected an integer"],
  [
    "[-1, 1, Conv, [8, 3, 1, None, 1, 1, True, 9]]",
    "Conv is given 9 arguments, it takes 8: c1, c2, k, s, p, g, d, act",
  ],
  ["[-1, 1, Conv, [8, 1, 1, None, 1, 1, nn.Swish()]]", "nn.Swish is not a known activation"],
  ["[-1, 1, Conv, [8, 1, 1, None, 1, 1, nn.ReLU(slope=1)]]", "nn.ReLU has no slope, it takes inplace"],
  ["[-1, 1, C3, [8, yes_please]]", "C3: shortcut is 'yes_please', expected True or False"],
  ["[-1, 1, C3, [8, True, 1, half]]", "C3: e is 'half', expected a number"],
  ["[-1, 1, SPP, [8, 5]]", "SPP: k is 5, expected a list of integers"],
  ["[-1, 1, Contract, [1.5]]", "Contract: gain is 1.5, expected an integer from 1 on"],
  ["[-1, 1, Contract, [0]]", "Contract: gain is 0, expected an integer from 1 on"],
  ["[-1, 1, Expand, [65]]", "Expand: gain is 65, expected an integer from 1 on"],
  ["[-1, 1, nn.Upsample, [None, 2, area]]", "nn.Upsample: mode is 'area', expected nearest, bilinear or bicubic"],
  ["[-1, 1, nn.AdaptiveAvgPool2d, [[7, 2]]]", "expected a divisor of the map's size"],
  ["[-1, 1, nn.Flatten, [1]]", "nn.Flatten is given 1 arguments, it takes 0"],
  ["[-1, 1, Conf, [8]]", "Conf is not a known module - did you mean"],
  ["[[-1, -1], 1, Conv, [8]]", "Conv is given 2 inputs, it takes one"],
])("%s is refused with the reason", (row, reason) => {
  expect(() => networkOf([row])).toThrow(reason);
});

describe("a head", () => {
  test.each([
    [
      "[[0, 1], 1, Detect, [nc, [[1, 2]]]]",
      "Detect: anchors is [[1, 2]], expected one list of w,h pairs for each of 2 levels",
    ],
    ["[[0, 1], 1, Detect, [nc, [[1, 2], [x, 4]]]]", "Detect: anchors is [[1, 2], ['x', 4]], expected one list"],
    ["[[0, 1], 1, Detect, [nc, [[], []]]]", "Detect: anchors is [[], []], expected one list"],
    ["[[0, 1], 1, Detect, [nc, 0]]", "Detect: anchors is 0, expected a count from 1"],
    ["[[0, 1], 1, Detect, [0, anchors]]", "Detect: nc is 0, expected a number of classes from 1 on"],
    ["[[0, 1], 1, Segment, [nc, anchors, 2, x]]", "Segment: npr is 'x', expected an integer"],
  ])("%s is refused with the reason", (row, reason) => {
    expect(() => networkOf([HALF, HALF, row])).toThrow(reason);
  });

  test("takes images that its largest stride divides", () => {
    const network = networkOf([HALF, HALF, "[[0, 1], 1, Detect, [nc, anchors]]"]);
    expect(network.strides).toEqual([2, 4]);
    expect(() => checkImageSize(network, [8, 10])).toThrow("8x10 is no multiple of the model's stride 4");
  });
});
