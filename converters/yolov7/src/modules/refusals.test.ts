import { expect, test } from "@jest/globals";
import { joinLibraries, parseYaml, planNetwork, TORCH_MODULES, traceNetwork } from "@yolo-compile/network";
import { YOLOV7 } from "../family.js";

function networkOf(rows: readonly string[], anchors = "[[1, 2], [3, 4]]") {
  const head = `nc: 2\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: ${anchors}\nch: 4\n`;
  const text = `${head}backbone:\n${rows.map((row) => `  - ${row}\n`).join("")}head: []\n`;
  return planNetwork(
    YOLOV7.networks!.readConfig(parseYaml(text, "m.yaml"), "m"),
    joinLibraries([YOLOV7.modules, TORCH_MODULES]),
  );
}

test.each([
  ["[-1, 1, Conv, [8, 3, 1, None, 1, True, 9]]", "Conv is given 8 arguments, it takes 7: c1, c2, k, s, p, g, act"],
  ["[-1, 1, RepConv, [8, 5]]", "RepConv: k is 5, expected 3"],
  ["[-1, 1, RepConv, [8, 3, 1, 0]]", "RepConv: p is 0, expected 1"],
  ["[-1, 1, RepVGGBlock, [8, 3, 1]]", "RepVGGBlock: p is missing, expected 1"],
  ["[-1, 1, RepVGGBlock, [8, 3, 1, 1, 2]]", "RepVGGBlock: d is 2, expected 1, the dilation of its training form"],
  ["[-1, 1, RepVGGBlock, [8, 3, 1, 1, 1, 1, reflect]]", "RepVGGBlock: padding_mode is 'reflect', expected zeros"],
  [
    "[-1, 1, MobileOneBlock, [8, 3, 1, 1, 1, 1, False, False, 0]]",
    "num_conv_branches is 0, expected an integer from 1 on",
  ],
  ["[-1, 1, MobileOneBlock, [8, 3, 1, 1, 1, 1, False, True]]", "se.reduce"],
  ["[-1, 1, Shortcut, []]", "Shortcut: dimension is missing, expected two inputs to add"],
])("%s is refused with the reason", (row, reason) => {
  expect(() => networkOf([row])).toThrow(reason);
});

test("a head with inputs for training has an even number of them", () => {
  const conv = "[-1, 1, Conv, [8, 3, 2]]";
  expect(() => networkOf([conv, conv, conv, "[[0, 1, 2], 1, IAuxDetect, [nc, anchors]]"])).toThrow(
    "two inputs for each level",
  );
  expect(networkOf([conv, conv, "[[0, 1, 0, 1], 1, IAuxDetect, [nc, anchors]]"]).strides).toEqual([2, 4]);
});

test("squeeze-and-excitation that pools by a square wants square images", () => {
  const network = networkOf(["[-1, 1, RepVGGBlock, [16, 3, 1, 1, 1, 1, 'zeros', False, True]]"]);
  expect(() => traceNetwork(network, { size: [8, 16] })).toThrow(
    "yolov7/square: RepVGGBlock with use_se pools by a square kernel, its map is 8x16",
  );
});
