import { expect, test } from "@jest/globals";
import { formatType, toFloat64 } from "@yolo-compile/core";
import { runGraph } from "@yolo-compile/testkit";
import fc from "fast-check";
import { foldNodes, inferred, oneNode } from "../testing/one-node.js";

const SEEDED = { seed: 1, numRuns: 150 };

/** Expects the inferred type, where there is one, to be the type of ONNX Runtime's output. */
async function expectSameType(inputs: string, node: string): Promise<void> {
  const gives = inferred(inputs, node);
  if (gives.startsWith("ir/")) return;
  const outputs = await runGraph(oneNode(inputs, node));
  expect(`${inputs} ${node}: ${outputs.map(formatType).join(", ")}`).toBe(`${inputs} ${node}: ${gives}`);
}

const window = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.nat({ max: 3 }),
  after: fc.nat({ max: 3 }),
});

test("pooling", async () => {
  const pools = fc.constantFrom("MaxPool", "AveragePool");
  await fc.assert(
    fc.asyncProperty(
      window,
      pools,
      fc.boolean(),
      async ({ size, kernel, stride, dilation, before, after }, op, ceil) => {
        // ONNX Runtime wants pads below the kernel.
        fc.pre(before < kernel && after < kernel);
        const attributes = [
          `kernel_shape=[${kernel}, 1], strides=[${stride}, 1], pads=[${before}, 0, ${after}, 0], ceil_mode=${Number(ceil)}`,
          ...(op === "MaxPool" ? [`dilations=[${dilation}, 1]`] : []),
        ];
        await expectSameType(`%x: f32[1,1,${size},2]`, `%y = ${op}(%x) {${attributes.join(", ")}}`);
      },
    ),
    SEEDED,
  );
});

test("convolution and its transpose", async () => {
  const ops = fc.constantFrom("Conv", "ConvTranspose");
  await fc.assert(
    fc.asyncProperty(
      window,
      ops,
      fc.nat({ max: 3 }),
      async ({ size, kernel, stride, dilation, before, after }, op, more) => {
        const attributes = [
          `strides=[${stride}, 1], pads=[${before}, 0, ${after}, 0], dilations=[${dilation}, 1]`,
          ...(op === "ConvTranspose" ? [`output_padding=[${more}, 0]`] : []),
        ];
        await expectSameType(
          `%x: f32[1,1,${size},2], %w: f32[1,1,${kernel},1]`,
          `%y = ${op}(%x, %w) {${attributes.join(", ")}}`,
        );
      },
    ),
    SEEDED,
  );
});

test("resizing", async () => {
  const scales = fc.float({ min: Math.fround(0.1), max: 5, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), scales, async (size, scale) => {
      await expectSameType(`%x: f32[1,1,${size},2]`, `%y = Resize(%x) {scales=[1, 1, ${scale}, 1]}`);
    }),
    SEEDED,
  );
});

test("slices, elements and all", async () => {
  const bound = fc.integer({ min: -9, max: 9 });
  const step = fc.constantFrom(-3, -2, -1, 1, 2, 3);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 6 }), bound, bound, step, async (size, start, end, by) => {
      const elements = Array.from({ length: size }, (_, index) => index).join(", ");
      const slice = `%y = Slice(%x) {starts=[${start}], ends=[${end}], axes=[0], steps=[${by}]}`;
      const graph = oneNode("", `%x = f32[${size}] {${elements}}\n${slice}`);
      const [found] = await runGraph(graph);
      expect([...toFloat64(found!)]).toEqual([...toFloat64(foldNodes(graph)[0]!)]);
    }),
    SEEDED,
  );
});
