import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { type CompiledGraphs, compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, tensorOf, toFloat64 } from "@yolo-compile/core";
import { constantValue, type Graph } from "@yolo-compile/ir";
import { encodeBytes, readModelInfo } from "@yolo-compile/onnx";
import { CPU, type Tolerance } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { decodeImage } from "@yolo-compile/vision";
import { encodeNpy, openCheckpoint } from "@yolo-compile/weights";
import { chooseInputs } from "./choose-inputs.js";
import { makeReport } from "./make-report.js";
import { casesOf, type ModelFile, modelsOf, type VerifySubject } from "./subject.js";
import { type VerifyOptions, verify } from "./verify.js";

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(file)));
const checkpoint = openCheckpoint(bytesSource("shapes.pt", bytesOf("shapes/shapes.pt")));
const compileAt = (size: readonly [number, number]) => compileGraphs({ checkpoint, size, batch: 1, passes: "full" });
const compiled = compileAt([64, 96]);

const OPTIONS: VerifyOptions = { provider: CPU, noGpu: "a test", inputs: { seed: 1 } };

const subjectOf = (model: CompiledGraphs): VerifySubject => ({
  kind: "compiled",
  compiled: model,
  passes: "full",
  opset: 17,
});

function modelFile(name: string, graph: Graph): ModelFile {
  const bytes = encodeBytes(graph, { opset: 17 });
  return { name, bytes, info: readModelInfo(bytes, name) };
}

/** The graph with 1e-2 more in one bias of the last row but one. */
function shifted(graph: Graph): Graph {
  const at = graph.nodes.findIndex(({ op, origin }) => op === "Conv" && origin.path.startsWith("model.23."));
  const nodes = graph.nodes.map((node, index) => {
    const bias = node.inputs[2];
    if (index !== at || !bias?.constant) return node;
    const numbers = toFloat64(bias.constant.read()).map((value) => value + 1e-2);
    return {
      ...node,
      inputs: [...node.inputs.slice(0, 2), constantValue(tensorOf("f32", bias.constant.shape, numbers), bias.hint)],
    };
  });
  return { ...graph, nodes };
}

const context = { tool: { name: "t", version: "0" }, environment: [], names: compiled.names, notes: [] };

test("both graphs of a checkpoint: outputs, rows, causes and rewrites", async () => {
  const subject = subjectOf(compiled);
  const findings = await verify(subject, { ...OPTIONS, layers: true, bisect: true, budget: true });
  expect(findings.ok).toBe(true);
  const [rows, others] = [true, false].map((compared) =>
    findings.layers!.rows.filter(({ status }) => (status === "compared") === compared),
  );
  expect(rows).toHaveLength(20);
  expect([...new Set(others!.map(({ module }) => module))].sort()).toEqual(["Concat", "nn.Upsample"]);
  expect(findings.bisection).toMatchObject({ runs: 1 });
  const report = await makeReport(subject, findings, context);
  expect(report.verdict).toEqual({
    ok: true,
    text: "the optimised graph computes what the plain graph computes",
    words: expect.stringMatching(/^PASSED: differs by \S+ of .+, \S+ times less than allowed$/),
  });
  expect(report.models.map(({ role, nodes }) => [role, nodes])).toEqual([
    ["reference", compiled.plain.nodes.length],
    ["candidate", compiled.optimized.nodes.length],
  ]);
  expect(report.network!.rows[24]!.from).toEqual([17, 20, 23]);
  const before = report.network!.rows.reduce((sum, row) => sum + row.before.nodes.length, 0);
  expect(before).toBe(compiled.plain.nodes.length);
});

test("the budget measures each cause by switching one thing, and says what it cannot measure", async () => {
  const { budget } = await verify(subjectOf(compiled), { ...OPTIONS, budget: true });
  expect(budget!.map((entry) => [entry.cause, "skipped" in entry ? entry.skipped : entry.maxRel < 1e-4])).toEqual([
    ["fold", true],
    ["other rewrites", true],
    ["ONNX Runtime's rewriting", true],
    ["provider", "a test"],
    ["TF32", "cpu has no TF32"],
    ["half", false],
    ["all of them", true],
  ]);
  const [fold] = budget!;
  expect(fold).toMatchObject({ maxRel: expect.any(Number) });
  expect("maxRel" in fold! && fold.maxRel).toBeGreaterThan(0);
});

test("two models: a shifted bias is found, at the outputs and at the first value that is off", async () => {
  const reference = modelFile("plain.onnx", compiled.plain);
  const subject = {
    kind: "models",
    reference,
    candidate: modelFile("best.onnx", shifted(compiled.optimized)),
  } as const;
  const findings = await verify(subject, { ...OPTIONS, layers: true });
  expect(findings.ok).toBe(false);
  const rows = findings.layers!.rows;
  expect(rows.length).toBeGreaterThan(50);
  const first = rows.find((row) => row.status === "compared" && !row.ok);
  expect(first!.where).toMatch(/^model\.23\./);
  const report = await makeReport(subject, findings, context);
  expect(report.verdict.text).toMatch(
    /^best.onnx does not compute what plain.onnx computes: \d of 4 comparisons are off/,
  );
});

test("a foreign model is judged as what its metadata say, and by a guess where they say nothing", async () => {
  const judged = async (...metadata: readonly (readonly [string, string])[]) => {
    const file = modelFile("theirs.onnx", { ...compiled.plain, metadata: new Map(metadata) });
    const { verification } = await verify({ kind: "models", reference: file, candidate: file }, OPTIONS);
    return verification.judged.map(({ known, layout }) => [known, ...layout.parts.map(({ name }) => name)]);
  };
  const detector = ["center", "size", "objectness", "classes"];
  expect(await judged(["stride", "32"], ["names", "{0: 'disc'}"])).toEqual([[true, ...detector]]);
  expect(await judged(["stride", "32"])).toEqual([[false, "center", "size", "classes"]]);
});

test("names that differ are matched by position, and that is said", async () => {
  const { optimized } = compiled;
  const [output] = optimized.outputs;
  const renamed = { ...optimized, outputs: [{ ...output!, name: "predictions" }] };
  const findings = await verify(
    { kind: "models", reference: modelFile("a", optimized), candidate: modelFile("b", renamed) },
    OPTIONS,
  );
  expect(findings.ok).toBe(true);
  expect(findings.notes.map(({ message }) => message)).toEqual(["matched by position: output0 = predictions"]);
});

test("a model by answers that are known", async () => {
  const candidate = modelFile("best.onnx", compiled.optimized);
  const [known] = await casesOf(subjectOf(compiled), modelsOf(subjectOf(compiled)), { seed: 3 });
  const files = new Map(
    [...known!.input.tensors, ...known!.outputs].map(([name, tensor]) => [`${name}.npy`, encodeNpy(tensor)]),
  );
  const open = (file: string) => (files.has(file) ? bytesSource(file, files.get(file)!) : undefined);
  const subject = { kind: "golden", candidate, golden: { name: "golden/", open } } as const;
  expect((await verify(subject, OPTIONS)).ok).toBe(true);
  expect((await verify({ ...subject, candidate: modelFile("b", shifted(compiled.optimized)) }, OPTIONS)).ok).toBe(
    false,
  );
  files.delete("output0.npy");
  await expect(verify(subject, OPTIONS)).rejects.toThrow("verify/golden: golden/ has no output0.npy");
});

test("the detections on a picture are compared, and a strict limit fails", async () => {
  const picture = "shapes/pictures/portrait.jpg";
  const pictures = [{ name: picture, image: await decodeImage(bytesOf(picture), picture) }];
  const subject = subjectOf(compileAt([320, 320]));
  const inputs = { seed: 1, pictures };
  const good = await verify(subject, { ...OPTIONS, inputs });
  expect(good.ok).toBe(true);
  expect(good.pictures).toHaveLength(1);
  expect(good.pictures[0]!.reference.detections.length).toBeGreaterThan(0);
  const impossible = { ...OPTIONS, inputs, detections: { maxScoreDelta: -1 } };
  expect((await verify(subject, impossible)).ok).toBe(false);
  const report = await makeReport(subject, good, context);
  expect(report.pictures![0]).toMatchObject({ name: picture, missing: 0, extra: 0, classChanges: 0, ok: true });
});

test("a tolerance of one's own decides", async () => {
  const tolerance: Tolerance = { name: "own", relative: 0 };
  const findings = await verify(subjectOf(compiled), { ...OPTIONS, tolerance });
  expect(findings.ok).toBe(false);
});

test("rewrites of finished models cannot be looked at", async () => {
  const model = modelFile("a", compiled.optimized);
  await expect(
    verify({ kind: "models", reference: model, candidate: model }, { ...OPTIONS, bisect: true }),
  ).rejects.toThrow("verify/source: --bisect");
});

test("free sizes are run at three shapes, magnitudes each", () => {
  const inputs = [{ name: "images", dtype: "f32", shape: ["batch", 3, "height", "width"] }] as const;
  const chosen = chooseInputs({ inputs }, { seed: 1, magnitudes: true });
  const shapes = new Set(chosen.map(({ tensors }) => tensors.get("images")!.shape.join("x")));
  expect([...shapes]).toEqual(["1x3x320x320", "2x3x256x192", "3x3x64x96"]);
  expect(chosen).toHaveLength(3 * 11);
  expect(new Set(chosen.map(({ name }) => name)).size).toBe(chosen.length);
});
