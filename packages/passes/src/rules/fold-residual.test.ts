import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { foldResidual } from "./fold-residual.js";

interface Sum {
  readonly weight: string;
  readonly attributes: string;
  readonly sum?: string;
  readonly result?: string;
}

const graph = ({ weight, attributes, sum = "%x, %c", result = "%y" }: Sum): string => `graph t(%x: f32[2,4,9,7]) {
  %w = f32[${weight}] random 1
  %b = f32[4] random 2
  %c = Conv(%x, %w, %b) {${attributes}} @ model.0.dw0.m.c
  %y = Add(${sum}) @ model.0.dw0
  return ${result}
}`;

test.each([
  ["a depthwise 3x3", { weight: "4,1,3,3", attributes: "group=4, pads=[1, 1, 1, 1]" }],
  [
    "a depthwise 5x3 with the terms swapped",
    { weight: "4,1,5,3", attributes: "group=4, pads=[2, 1, 2, 1]", sum: "%c, %x" },
  ],
  ["one that is dilated", { weight: "4,1,3,3", attributes: "group=4, pads=[2, 3, 2, 3], dilations=[2, 3]" }],
  ["groups of two", { weight: "4,2,3,3", attributes: "group=2, pads=[1, 1, 1, 1]" }],
  ["all channels", { weight: "4,4,1,1", attributes: "group=1" }],
  ["an even kernel whose padding leaves a tap", { weight: "4,1,2,2", attributes: "group=4, pads=[1, 0, 0, 1]" }],
] as [string, Sum][])("a residual around %s is one more at its own pixel", async (_, sum) => {
  const after = await expectRewrite(foldResidual, graph(sum), { applied: 1, tolerance: FOLD });
  expect(after).not.toContain("Add(");
  expect(after).toContain("@ model.0.dw0.m.c [fold-residual]");
});

test("a Conv without a bias stays without", async () => {
  const text = graph({ weight: "4,1,3,3", attributes: "group=4, pads=[1, 1, 1, 1]" }).replace("%x, %w, %b", "%x, %w");
  expect(await expectRewrite(foldResidual, text, { applied: 1, tolerance: FOLD })).toMatch(/Conv\(%x, %\w+\) /);
});

test("a kernel of zeros becomes the identity", async () => {
  const text = graph({ weight: "4,1,3,3", attributes: "group=4, pads=[1, 1, 1, 1]" })
    .replace("%w = f32[4,1,3,3] random 1", "%w = f32[4,1,3,3] splat 0")
    .replace("%b = f32[4] random 2", "%b = f32[4] splat 0");
  await expectRewrite(foldResidual, text, { applied: 1, tolerance: EXACT });
});

const depthwise = { weight: "4,1,3,3", attributes: "group=4, pads=[1, 1, 1, 1]" };

test.each([
  ["another term", { ...depthwise, sum: "%c, %c" }, "no term is a convolution of the other"],
  ["a Conv that others take", { ...depthwise, result: "%y, %c" }, "the Conv output is an output of the graph"],
  [
    "a stride",
    { weight: "4,1,1,1", attributes: "group=4, strides=[1, 9], pads=[0, 27, 0, 27]" },
    "the Conv has a stride",
  ],
] as [string, Sum, string][])("stays with %s", (_, sum, reason) => {
  expectMiss(foldResidual, graph(sum), reason);
});

test("stays where the padding is off by less than a dilation", () => {
  const sum = { weight: "4,1,3,3", attributes: "group=4, pads=[1, 2, 3, 2], dilations=[2, 2]" };
  expectMiss(foldResidual, graph(sum), "no tap of the kernel sees the output's own pixel");
});

test("stays where the weight is computed", () => {
  expectMiss(
    foldResidual,
    `graph t(%x: f32[1,4,9,7], %w: f32[4,1,1,1]) {
      %c = Conv(%x, %w) {group=4}
      %y = Add(%x, %c)
      return %y
    }`,
    "the Conv's weight is computed",
  );
});

test.each([
  [
    "the Conv is not one over a map",
    `graph t(%x: f32[1,4,9]) {
      %w = f32[4,1,1] random 1
      %c = Conv(%x, %w) {group=4, strides=[1], pads=[0, 0], dilations=[1]}
      %y = Add(%x, %c)
      return %y
    }`,
  ],
  [
    "the terms differ in shape",
    `graph t(%x: f32[1,1,9,7]) {
      %w = f32[4,1,1,1] random 1
      %c = Conv(%x, %w)
      %y = Add(%x, %c)
      return %y
    }`,
  ],
  [
    "no term is a convolution of the other",
    `graph t(%x: f32[1,4,9,7]) {
      %w = f32[4,1,1,1] random 1
      %r = Relu(%x)
      %c = Conv(%r, %w) {group=4}
      %y = Add(%x, %c)
      return %y
    }`,
  ],
  [
    "no term is a convolution of the other",
    `graph t(%x: f32[1,4,9,7]) {
      %r = Relu(%x)
      %y = Add(%x, %r)
      return %y
    }`,
  ],
])("stays where %s", (reason, text) => {
  expectMiss(foldResidual, text, reason);
});
