import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { decodeModel, encodeBytes } from "@yolo-compile/onnx";
import { renderHtml, renderSarif } from "@yolo-compile/report";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { makeReport } from "./make-report.js";
import { modelFile, type VerifySubject } from "./subject.js";
import { verify } from "./verify.js";

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(`foreign/${file}`)));
const checkpoint = openCheckpoint(bytesSource("small.pt", bytesOf("small.pt")));
const source = compileGraphs({ checkpoint, size: [64, 64], batch: 1, passes: "full" });
const reference = modelFile("the plain graph", encodeBytes(source.plain, { opset: 17 }));

/** Bytes of a model against the checkpoint that it was made from. */
const subjectOf = (bytes: Uint8Array): VerifySubject => ({
  kind: "models",
  reference,
  candidate: modelFile("theirs.onnx", bytes),
  layouts: source.outputs,
  source,
});

const OPTIONS = { layers: true, bisect: true };
const ROWS = source.layers.length;

/** The graph without the names that say where its nodes come from. */
const anonymous = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({ ...node, origin: { path: "", rules: [] } })),
});

const withoutNames = (file: string): Uint8Array => {
  const shapes = new Map([["images", [1, 3, 64, 64]]]);
  const graph = anonymous(decodeModel(bytesOf(file), file, { shapes }));
  const hintless = new Map(
    graph.nodes.flatMap(({ outputs }) => outputs.map((value) => [value, { ...value, hint: "v" }])),
  );
  const renamed = <Value extends object>(value: Value): Value => (hintless.get(value as never) ?? value) as Value; // keys are values
  return encodeBytes(
    {
      ...graph,
      nodes: graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map((input) => input && renamed(input)),
        outputs: node.outputs.map(renamed),
      })),
      outputs: graph.outputs.map(({ name, value }) => ({ name, value: renamed(value) })),
    },
    { opset: 17 },
  );
};

test.each(["torchscript", "dynamo"])("an export by %s agrees in every row", async (exporter) => {
  const { ok, layers, divergence, notes } = await verify(subjectOf(bytesOf(`${exporter}.onnx`)), OPTIONS);
  expect(ok).toBe(true);
  expect(divergence).toBeUndefined();
  expect(layers!.rows.map((row) => row.status === "compared" && row.ok)).toEqual(Array(ROWS).fill(true));
  expect(notes.map(({ message }) => message)).toContain(
    `${ROWS} of ${ROWS} outputs of rows were found in theirs.onnx by the names of its nodes`,
  );
});

test.each([
  ["torchscript", "model.6.m.1.cv2.conv"],
  ["dynamo", "model.6.m.1.cv2.bn"],
])("a weight that is wrong by a hundredth in an export by %s is found", async (exporter, path) => {
  const subject = subjectOf(bytesOf(`${exporter}-wrong.onnx`));
  const findings = await verify(subject, OPTIONS);
  expect(findings.ok).toBe(false);
  expect(findings.divergence).toMatchObject({
    layer: { row: 6, where: "backbone[6]", module: "C3" },
    node: { op: "Conv", path, nearest: "model.6.m.1.cv2.bn" },
  });
  const before = findings.layers!.rows.slice(0, 6);
  expect(before.map((row) => row.status === "compared" && row.ok)).toEqual(Array(6).fill(true));
  const context = { tool: { name: "t", version: "0" }, environment: [], names: [], notes: [] };
  const report = await makeReport(subject, findings, context);
  expect(report.divergence).toMatchObject({ index: 6, module: "C3", node: { path } });
  expect(renderHtml(report)).toContain("6, C3 (backbone[6])");
  expect(renderSarif(report)).toContain("verify/divergence");
});

test("where names say nothing, values do", async () => {
  const right = await verify(subjectOf(withoutNames("torchscript.onnx")), OPTIONS);
  expect(right.ok).toBe(true);
  expect(right.notes.map(({ message }) => message)).toContain(
    `1 of ${ROWS} outputs of rows were found in theirs.onnx by the names of its nodes, ${ROWS - 1} by their values`,
  );
  const wrong = await verify(subjectOf(withoutNames("torchscript-wrong.onnx")), OPTIONS);
  expect(wrong.divergence).toMatchObject({ layer: { row: 6 }, node: { op: "Conv", nearest: "model.6.m.1.cv2.bn" } });
});

test("rows that a rewrite takes apart are no faults", async () => {
  const { ok, layers, divergence } = await verify(subjectOf(encodeBytes(source.optimized, { opset: 17 })), OPTIONS);
  expect(ok).toBe(true);
  expect(divergence).toBeUndefined();
  expect(layers!.rows.every((row) => row.status === "uncovered" || row.ok)).toBe(true);
});

test("ops that cannot be read are named, and outputs are compared", async () => {
  // Of one length, so that the file stays whole; ONNX Runtime passes a Dropout's input on.
  const bytes = Buffer.from(bytesOf("dynamo.onnx"));
  for (let at = bytes.indexOf("Sigmoid"); at >= 0; at = bytes.indexOf("Sigmoid", at + 1))
    if (bytes[at - 1] === 7 && bytes[at - 2] === 0x22) bytes.write("Dropout", at);
  const { ok, layers, notes } = await verify(subjectOf(new Uint8Array(bytes)), OPTIONS);
  expect([ok, layers]).toEqual([false, undefined]);
  expect(notes.map(({ message }) => message).join()).toContain(
    "theirs.onnx has 1 op that cannot be read; Dropout, 30 times",
  );
});

test("without the checkpoint there is nothing to bisect by", async () => {
  const { kind, candidate } = subjectOf(bytesOf("dynamo.onnx")) as Extract<VerifySubject, { kind: "models" }>; // made above
  await expect(verify({ kind, reference, candidate }, { bisect: true })).rejects.toThrow("verify/source");
});
