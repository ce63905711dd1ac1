import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { printGraph } from "@yolo-compile/ir";
import { decodeModel } from "@yolo-compile/onnx";
import { CPU, openSession, probeAnswer, probeInput, probeModel } from "@yolo-compile/runtime";

test("the probe's model is the small convolution that it says", () => {
  expect(printGraph(decodeModel(probeModel()))).toMatchInlineSnapshot(`
"graph probe(%x: f32[1,3,8,8]) {
  %w = f32[4,3,3,3] elided 7b39ec9e
  %b = f32[4] {0, 1, 2, 3}
  %y = Conv(%x, %w, %b) {pads=[1, 1, 1, 1]} : f32[1,4,8,8] @ probe
  return %y
}"
`);
});

test("the probe's answer is what ONNX Runtime computes", async () => {
  const session = await openSession(probeModel(), { provider: CPU, level: "disabled" });
  const { y } = Object.fromEntries(await session.run(new Map([["x", probeInput]])));
  await session.release();
  expect([...toFloat64(y!)]).toEqual([...probeAnswer()]);
  expect(new Set(probeAnswer()).size).toBeGreaterThan(20);
});
