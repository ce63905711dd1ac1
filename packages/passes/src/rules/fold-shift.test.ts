import { expect, test } from "@jest/globals";
import { expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { foldShift } from "./fold-shift.js";

const graph = (lines: string, { x = "f32[2,4,6,5]", result = "%y" } = {}): string => `graph t(%x: ${x}) {
  %a = f32[1,4,1,1] random 1
  %k = f32[6] random 2
  ${lines}
  return ${result}
}`;

const FOLDED = { applied: 1, tolerance: FOLD };

test.each([
  ["a 1x1", "%w = f32[6,4,1,1] random 3\n%s = Add(%a, %x)\n%y = Conv(%s, %w, %k)"],
  ["one without a bias", "%w = f32[6,4,1,1] random 3\n%s = Add(%x, %a)\n%y = Conv(%s, %w)"],
  ["a 3x2 with a stride", "%w = f32[6,4,3,2] random 3\n%s = Add(%x, %a)\n%y = Conv(%s, %w, %k) {strides=[2, 1]}"],
  ["groups", "%w = f32[6,2,3,2] random 3\n%s = Add(%x, %a)\n%y = Conv(%s, %w, %k) {group=2}"],
  ["one number for all", "%w = f32[6,4,1,1] random 3\n%n = f32[] {0.5}\n%s = Add(%x, %n)\n%y = Conv(%s, %w, %k)"],
])("what is added in front of %s goes into its bias", async (_, lines) => {
  const after = await expectRewrite(foldShift, graph(lines), FOLDED);
  expect(after).not.toContain("Add(");
});

test("b' = b + W a", async () => {
  const text = `graph t(%x: f32[1,2,1,1]) {
    %a = f32[2,1,1] {3, 5}
    %w = f32[1,2,1,1] {10, 100}
    %k = f32[1] {7}
    %s = Add(%x, %a)
    %y = Conv(%s, %w, %k) @ model.0.conv
    return %y
  }`;
  const after = await expectRewrite(foldShift, text, { applied: 1, tolerance: FOLD });
  expect(after).toContain("{537}");
  expect(after).toContain("@ model.0.conv [fold-shift]");
});

const CONV = "%w = f32[6,4,1,1] random 3";

test.each([
  ["the Conv pads its input", `${CONV}\n%s = Add(%x, %a)\n%y = Conv(%s, %w) {pads=[0, 0, 1, 0]}`],
  ["the Conv's weights are computed", `${CONV}\n%v = Relu(%w)\n%s = Add(%x, %a)\n%y = Conv(%s, %v)`],
  ["the Conv's weights are computed", `${CONV}\n%v = Relu(%k)\n%s = Add(%x, %a)\n%y = Conv(%s, %w, %v)`],
  ["the input comes from Relu", `${CONV}\n%s = Relu(%x)\n%y = Conv(%s, %w)`],
  ["the Add is not by one number a channel", `${CONV}\n%r = Relu(%x)\n%s = Add(%x, %r)\n%y = Conv(%s, %w)`],
  ["the Add is not by one number a channel", `${CONV}\n%r = f32[5] random 4\n%s = Add(%x, %r)\n%y = Conv(%s, %w)`],
])("stays where %s", (reason, lines) => {
  expectMiss(foldShift, graph(lines), reason);
});

test("stays where others see the shifted map", () => {
  const lines = `${CONV}\n%s = Add(%x, %a)\n%y = Conv(%s, %w)\n%z = Relu(%s)`;
  expectMiss(foldShift, graph(lines, { result: "%y, %z" }), "the Add output has other users");
});

test("stays where the Conv has one spatial axis", () => {
  const lines =
    "%w = f32[6,4,1] random 3\n%b = f32[4,1] random 5\n%s = Add(%x, %b)\n%y = Conv(%s, %w) {strides=[1], pads=[0, 0], dilations=[1]}";
  expectMiss(foldShift, graph(lines, { x: "f32[2,4,6]" }), "the Conv is not one over a map");
});
