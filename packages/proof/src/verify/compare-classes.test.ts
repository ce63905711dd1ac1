import { expect, test } from "@jest/globals";
import { compileGraphs, namedYaml } from "@yolo-compile/compiler";
import { tensorOf, toFloat64 } from "@yolo-compile/core";
import { constantValue, type Graph } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import { modelFile, type VerifySubject } from "./subject.js";
import { verify } from "./verify.js";

const config = namedYaml("yolov5n-cls")!;
const compiled = compileGraphs({ config, randomWeights: 1, nc: 8, size: [64, 64], batch: 1, passes: "full" });

const picture = {
  name: "ramp.jpg",
  image: { width: 96, height: 70, data: Uint8Array.from({ length: 96 * 70 * 3 }, (_, at) => (at * 7) % 256) },
};
const OPTIONS = { inputs: { seed: 1, pictures: [picture] } };

/** The classifier with `more` added to the last bias of one class. */
function biased(graph: Graph, more: number): Graph {
  const last = graph.nodes.at(-1)!;
  const bias = last.inputs.at(-1)!;
  const values = toFloat64(bias.constant!.read());
  values[3] = values[3]! + more;
  const changed = constantValue(tensorOf("f32", bias.constant!.shape, values), bias.hint);
  return {
    ...graph,
    nodes: [...graph.nodes.slice(0, -1), { ...last, inputs: [...last.inputs.slice(0, -1), changed] }],
  };
}

test("both graphs of a classifier agree on what a picture shows", async () => {
  const subject: VerifySubject = { kind: "compiled", compiled, passes: "full", opset: 17 };
  const { ok, pictures } = await verify(subject, OPTIONS);
  expect(ok).toBe(true);
  expect(pictures).toHaveLength(1);
  const { reference, comparison } = pictures[0]!;
  expect(reference.detections).toHaveLength(5);
  expect(comparison).toMatchObject({ ok: true, missing: [], extra: [] });
});

test.each([true, false])(
  "a class that becomes likelier is found, with names in the file or without: %s",
  async (named) => {
    const wrong = biased(compiled.plain, 2);
    const candidate = { ...wrong, metadata: named ? wrong.metadata : new Map<string, string>() };
    const { ok, pictures } = await verify(
      {
        kind: "models",
        reference: modelFile("plain", encodeBytes(compiled.plain, { opset: 17 })),
        candidate: modelFile("wrong", encodeBytes(candidate, { opset: 17 })),
        layouts: compiled.outputs,
      },
      OPTIONS,
    );
    expect(ok).toBe(false);
    const { comparison, candidate: found } = pictures[0]!;
    expect(comparison.ok).toBe(false);
    expect(comparison.worst.scoreDelta).toBeGreaterThan(0.01);
    expect(found.detections.map(({ classIndex }) => classIndex)).toContain(3);
  },
);
