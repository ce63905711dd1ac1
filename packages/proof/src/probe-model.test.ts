import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { constantValue, type Graph, GraphBuilder, printGraph } from "@yolo-compile/ir";
import { decodeModel, encodeBytes } from "@yolo-compile/onnx";
import { CPU, openSession, probeAnswer, probeInput, probeModel, probeWeights } from "@yolo-compile/runtime";

test("the probe's model is the small convolution that it says", () => {
  const builder = new GraphBuilder("probe");
  const { dtype, shape } = probeInput;
  const [w, b] = probeWeights.map((tensor, index) => constantValue(tensor, "wb"[index]!));
  const x = builder.input("x", { dtype, shape });
  const y = builder.op("Conv", [x, w!, b!], { pads: [1, 1, 1, 1] }, { path: "probe", rules: [] });
  builder.output("y", y);
  const text = (graph: Graph): string => printGraph(graph, { constants: "full" });
  const built = builder.build();
  expect(text(decodeModel(probeModel()))).toBe(text(built));
  // How probe-model.ts came to its bytes; a file names constants by their node.
  expect(text(decodeModel(encodeBytes(built, { opset: 17 })))).toBe(
    text(built).replaceAll(/%([wb])\b/g, "%probe/Conv/$1"),
  );
});

test("the probe's answer is what ONNX Runtime computes", async () => {
  const session = await openSession(probeModel(), { provider: CPU, level: "disabled" });
  const { y } = Object.fromEntries(await session.run(new Map([["x", probeInput]])));
  await session.release();
  expect([...toFloat64(y!)]).toEqual([...probeAnswer()]);
  expect(new Set(probeAnswer()).size).toBeGreaterThan(20);
});
