import { expect, test } from "@jest/globals";
import { compileGraphs } from "./compile-graphs.js";

interface Parts {
  readonly nc?: string;
  readonly anchors?: string;
  readonly row?: string;
  readonly head?: string;
}

const yaml = ({
  nc = "2",
  anchors = "[[10, 13]]",
  row = "[-1, 1, Conv, [8]]",
  head = "[nc, anchors]",
}: Parts): string => `
nc: ${nc}
depth_multiple: 1
width_multiple: 1
anchors: ${anchors}
backbone: [[-1, 1, Conv, [8, 3, 2]], ${row}]
head: [[[-1], 1, Detect, ${head}]]
`;

const compiled = (text: string) =>
  compileGraphs({ config: { file: "a.yaml", text }, randomWeights: 1, size: [64, 64], batch: 1, passes: "full" });

test("the yaml without a fault compiles", () => {
  expect(compiled(yaml({})).optimized.outputs).toHaveLength(1);
});

/** Yamls that no network can have; without their checks they end in a fault of the program or a meaningless network. */
test.each<[string, Parts, RegExp]>([
  ["odd anchors of the head", { head: "[nc, [[10, 13, 16]]]" }, /argument: Detect: anchors is \[\[10, 13, 16\]\]/],
  ["anchors that are no numbers", { anchors: "[[.nan, 13]]" }, /anchors is \[\[nan, 13\]\]/],
  ["two billion anchors", { head: "[nc, 2147483648]" }, /anchors is 2147483648, expected a count from 1 to 100/],
  ["no class", { nc: "0" }, /nc is 0, expected an integer from 1 on/],
  ["fewer than no class", { nc: "-1" }, /nc is -1, expected an integer from 1 on/],
  ["no class in the head's row", { head: "[0, anchors]" }, /Detect: nc is 0, expected a number of classes from 1 on/],
  ["half a class", { head: "[0.5, anchors]" }, /Detect: nc is 0.5, expected an integer/],
  ["1e300 channels", { row: "[-1, 1, Conv, [1e300]]" }, /argument: Conv: c2 is 1e\+300/],
  [
    "a level of 129 cells",
    { row: "[-1, 1, nn.ZeroPad2d, [[0, 1, 0, 1]]]" },
    /stride: the levels have strides of 1.984 pixels/,
  ],
  [
    "two pads for four sides",
    { row: "[-1, 1, nn.ConstantPad2d, [[1, 2], 0]]" },
    /padding is \[1, 2\], expected an integer, or left/,
  ],
  ["half a block of pixels", { row: "[-1, 1, Contract, [3]]" }, /Contract: gain is 3, .*128 and 128 \(backbone\[1\]\)/],
  ["a kernel without end", { row: "[-1, 1, Conv, [8, .inf]]" }, /Conv: k is inf, expected an integer/],
])("%s", (_, parts, message) => {
  expect(() => compiled(yaml(parts))).toThrow(message);
});
