import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, uniformFloats } from "@yolo-compile/core";
import { FOLD, findProvider } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compareLayers } from "./compare-layers.js";

const provider = findProvider("cpu");
const image = { dtype: "f32", shape: [1, 3, 64, 96], data: uniformFloats(1, 3 * 64 * 96) } as const;
const inputs = new Map([["images", image]]);
const file = fixturePath("shapes/shapes.pt");
const checkpoint = openCheckpoint(bytesSource("shapes.pt", new Uint8Array(readFileSync(file))));

test.each(["none", "fuse", "full"] as const)(
  "every row of the trained detector is compared, but for maps that are copied no more, --passes %s",
  async (passes) => {
    const source = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes });
    const layers = await compareLayers({ source, inputs, provider, tolerance: FOLD });
    expect(layers.map(({ layer }) => layer.row)).toEqual(Array.from({ length: 25 }, (_, row) => row));
    const gone = layers.filter(({ compared }) => !compared).map(({ layer }) => layer.module);
    expect([...new Set(gone)].sort()).toEqual(passes === "full" ? ["Concat", "nn.Upsample"] : []);
    for (const { compared, layer } of layers.filter(({ compared }) => compared)) {
      expect([layer.where, compared?.ok]).toEqual([layer.where, true]);
      expect(compared!.statistics.std).toBeGreaterThan(0);
      if (passes === "none") expect(compared!.maxAbs).toBe(0);
    }
  },
);

test("a row that is off is found, and those behind it, but none before it", async () => {
  const source = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes: "fuse" });
  const wrong = source.optimized.nodes.map((node) =>
    node.op === "Conv" && node.origin.path === "model.5.conv" ? { ...node, inputs: node.inputs.slice(0, 2) } : node,
  );
  const layers = await compareLayers({
    source: { ...source, optimized: { ...source.optimized, nodes: wrong } },
    inputs,
    provider,
    tolerance: FOLD,
  });
  expect(layers.filter(({ compared }) => !compared!.ok)[0]!.layer.row).toBe(5);
});
