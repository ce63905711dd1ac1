import { expect, test } from "@jest/globals";
import { type Graph, GraphBuilder, verifyGraph } from "@yolo-compile/ir";
import fc from "fast-check";
import { decodeModel, encodeBytes, OPSETS } from "./index.js";
import { lowerGraph } from "./lower.js";
import { describeGraph } from "./testing/describe-graph.js";

const STEPS = [
  "Relu",
  "Sigmoid",
  "Mish",
  "HardSwish",
  "Celu",
  "Gelu",
  "Add",
  "Mul",
  "Concat",
  "Transpose",
  "Softmax",
] as const;

/** Chains and diamonds of small ops over [2,n] tensors. */
const randomGraphs = fc
  .record({
    steps: fc.array(fc.record({ op: fc.constantFrom(...STEPS), a: fc.nat(9), b: fc.nat(9) }), {
      minLength: 1,
      maxLength: 12,
    }),
    hints: fc.array(fc.string({ unit: "grapheme", maxLength: 6 }), { minLength: 2, maxLength: 2 }),
    metadata: fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), { maxLength: 3 }),
  })
  .map(({ steps, hints, metadata }): Graph => {
    const builder = new GraphBuilder("random");
    const values = hints.map((hint) => builder.input(hint, { dtype: "f32", shape: [2, 2] }));
    for (const [index, { op, a, b }] of steps.entries()) {
      const [left, right] = [values[a % values.length]!, values[b % values.length]!];
      const binary = op === "Add" || op === "Mul" || op === "Concat";
      const attributes = { Concat: { axis: 0 }, Transpose: { perm: [1, 0] }, Softmax: { axis: 0 } }[op as string] ?? {};
      const made = builder.op(op, binary ? [left, right] : [left], attributes, { path: `m.${index % 3}`, rules: [] });
      if (made.type.shape.join() === "2,2") values.push(made);
      else builder.output(`wide${index}`, made);
    }
    builder.output("last", values.at(-1)!);
    return builder.build(new Map(metadata));
  });

test("decode of encode is the identity, up to what older opsets spell in other ops", () => {
  fc.assert(
    fc.property(randomGraphs, fc.integer({ min: 11, max: OPSETS.max }), (graph, opset) => {
      const bytes = encodeBytes(graph, { opset });
      const decoded = decodeModel(bytes);
      verifyGraph(decoded);
      if (graph.outputs.every(({ value }) => !graph.inputs.includes(value)))
        expect(describeGraph(decoded)).toBe(describeGraph(lowerGraph(graph, opset)));
      expect(encodeBytes(decoded, { opset })).toEqual(bytes);
    }),
    { seed: 5, numRuns: 150 },
  );
});
