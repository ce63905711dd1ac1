import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { compileGraphs, DECODED, type Ending, SUPPRESSION } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { ENDING_KEY } from "@yolo-compile/network";
import { encodeBytes, OPSETS, readModelInfo } from "@yolo-compile/onnx";
import { fixturePath, smallDetectors } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compile } from "../compile/index.js";
import { type ModelFile, modelFile, verify } from "../verify/index.js";

const ENDINGS: readonly Ending[] = [
  { head: "raw", boxes: "xyxy" },
  { head: "sigmoid", boxes: "xyxy" },
  { head: "split", boxes: "xyxy" },
  { head: "split", boxes: "xywh" },
  { head: "decoded", boxes: "xyxy", top: 20 },
  { head: "decoded", boxes: "xyxy", top: 20, suppression: { ...SUPPRESSION, maxDetections: 30 } },
];

describe.each([...smallDetectors()])("%s", (name, source) => {
  test.each(ENDINGS.filter(({ top }) => top === undefined || !name.includes("Ultralytics")))(
    "ends in $head, $boxes, top $top: held against the decoded plain graph",
    async (ending) => {
      const { graphs, notes } = await compile({ ...source, randomWeights: 1, ending });
      expect(graphs.reference.graph).not.toBe(graphs.plain);
      expect(graphs.plain.outputs.map(({ name }) => name)).toEqual(graphs.outputs.map(({ output }) => output));
      expect(notes.map(({ code }) => code)).toContain("verify/ending");
    },
  );
});

const checkpoint = openCheckpoint(bytesSource("shapes.pt", readFileSync(fixturePath("shapes/shapes.pt"))));
const request = { checkpoint, size: [64, 96], batch: 1, passes: "full" } as const;
const fileOf = (graph: Graph, name = "a.onnx") => modelFile(name, encodeBytes(graph, { opset: OPSETS.default }));
const decoded = compileGraphs(request);

test("a graph whose boxes are decoded says nothing about its ending", () => {
  expect(decoded.reference).toEqual({ graph: decoded.plain, outputs: decoded.outputs });
  expect([...decoded.optimized.metadata.keys()]).toEqual(["names", "stride"]);
});

test.each(ENDINGS)("a file that ends in $head, $boxes, top $top is read by its own metadata", async (ending) => {
  const { optimized } = compileGraphs({ ...request, ending });
  const subject = {
    kind: "models",
    reference: fileOf(decoded.optimized),
    candidate: fileOf(optimized, "b.onnx"),
  } as const;
  const { ok, notes, verification } = await verify(subject);
  expect(ok).toBe(true);
  expect(notes.map(({ code }) => code)).toContain("verify/ending");
  expect(verification.judged.every(({ known }) => known)).toBe(true);
});

test.each([
  ["another anchor", (text: string) => text.replace('"anchors":[[[13,', '"anchors":[[[14,')],
  ["another stride", (text: string) => text.replace('"strides":[8,', '"strides":[8.01,')],
  ["another head", (text: string) => text.replace('"head":"raw"', '"head":"sigmoid"')],
])("metadata with %s are refused", async (_, damage) => {
  const { optimized } = compileGraphs({ ...request, ending: ENDINGS[0]! });
  const text = optimized.metadata.get(ENDING_KEY)!;
  expect(damage(text)).not.toBe(text);
  const graph = { ...optimized, metadata: new Map([...optimized.metadata, [ENDING_KEY, damage(text)]]) };
  const subject = { kind: "models", reference: fileOf(decoded.optimized), candidate: fileOf(graph) } as const;
  expect((await verify(subject)).ok).toBe(false);
});

test("a model is not held against one of another ending, and the reason is said", async () => {
  const [raw, split] = [ENDINGS[0]!, ENDINGS[2]!].map((each) =>
    fileOf(compileGraphs({ ...request, ending: each }).optimized, `${each.head}.onnx`),
  ) as [ModelFile, ModelFile];
  const judge = (reference: ModelFile, candidate: ModelFile) => verify({ kind: "models", reference, candidate });
  await expect(judge(raw, split)).rejects.toThrow(
    "verify/outputs: raw.onnx ends in raw maps, split.onnx in boxes (xyxy) and scores apart, and neither is read as the other",
  );
  await expect(judge(split, fileOf(decoded.optimized))).rejects.toThrow("a.onnx in decoded boxes");
  expect((await judge(raw, raw)).ok).toBe(true);
});

test("the best boxes of open sides are refused with what to leave out", () => {
  const best = { ...request, dynamic: { height: true }, ending: ENDINGS[4]! } as const;
  expect(() => compileGraphs(best)).toThrow(
    /^network\/open-size: .*the image is 32\*hx96.*leave height and width out of --dynamic, or leave --top out/,
  );
});

test("the metadata of maps say how they are decoded", () => {
  const { optimized } = compileGraphs({ ...request, ending: ENDINGS[0]! });
  const { metadata } = readModelInfo(encodeBytes(optimized, { opset: OPSETS.default }), "a.onnx");
  const { maps, head } = JSON.parse(metadata.get(ENDING_KEY)!);
  expect(head).toBe("raw");
  expect(maps).toMatchObject({ family: "YOLOv5", classes: 6, masks: 0, strides: [8, 16, 32] });
  expect(maps.anchors).toHaveLength(3);
});

test("deliberate faults behind an ending are found as they are without one", async () => {
  const compiled = compileGraphs({ ...request, ending: ENDINGS[2]! });
  const subject = { kind: "compiled", compiled, passes: "full", opset: OPSETS.default } as const;
  const { selfTest } = await verify(subject, { selfTest: true });
  expect(selfTest!.counts.survived).toBe(0);
  expect(selfTest!.counts.caught).toBeGreaterThan(10);
});

test("the best boxes are those of the reference, wherever their choice leads on", async () => {
  const compiled = compileGraphs({ ...request, ending: ENDINGS[4]! });
  expect(compiled.outputs.map(({ output }) => output)).toEqual(["output0"]);
  expect(compiled.optimized.outputs[0]!.value.type.shape).toEqual([1, 20 + 20 + 18, 11]);
  const subject = { kind: "compiled", compiled, passes: "full", opset: OPSETS.default } as const;
  const { selfTest } = await verify(subject, { selfTest: true });
  expect(selfTest!.counts.survived).toBe(0);
  expect(selfTest!.counts.caught).toBeGreaterThan(10);
}, 240_000);

test("a network without objectness has no best boxes to choose before they are decoded", () => {
  const { config, size } = smallDetectors().get("an Ultralytics detector")!;
  const best = { config, randomWeights: 1, size, batch: 1, passes: "none", ending: ENDINGS[4]! } as const;
  expect(() => compileGraphs(best)).toThrow(/^network\/head: .*best boxes/);
});

test("outputs have the names that the user gives, and are read under them", async () => {
  const named = { ...request, ending: { ...ENDINGS[2]!, outputNames: ["where", "what"] } };
  const { graphs } = await compile(named);
  expect(graphs.optimized.outputs.map(({ name }) => name)).toEqual(["where", "what"]);
  const subject = {
    kind: "models",
    reference: fileOf(decoded.optimized),
    candidate: fileOf(graphs.optimized),
  } as const;
  expect((await verify(subject)).ok).toBe(true);
  const plainly = compileGraphs({ ...request, ending: { ...DECODED, outputNames: ["found"] } });
  expect(plainly.outputs.map(({ output }) => output)).toEqual(["found"]);
  expect(plainly.reference.graph).toBe(plainly.plain);
  for (const outputNames of [["where"], ["where", "where"]])
    expect(() => compileGraphs({ ...request, ending: { ...ENDINGS[2]!, outputNames } })).toThrow(/^network\/names: /);
});

test.each(["raw", "sigmoid", "split"] as const)("a classifier has no %s head", (head) => {
  const text =
    "nc: 2\nanchors: 3\ndepth_multiple: 1\nwidth_multiple: 1\nbackbone:\n- [-1, 1, Conv, [8, 3, 2]]\nhead:\n- [-1, 1, Classify, [8, 2]]\n";
  const config = { file: "cls.yaml", text };
  expect(() =>
    compileGraphs({
      config,
      randomWeights: 1,
      size: [64, 64],
      batch: 1,
      passes: "none",
      ending: { head, boxes: "xyxy" },
    }),
  ).toThrow(/^network\/head: /);
});
