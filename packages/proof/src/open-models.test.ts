import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs, type DynamicAxes } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { encodeBytes, readModelInfo } from "@yolo-compile/onnx";
import { CPU } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { decodeImage } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { openDetector } from "./detect.js";
import { makeReport } from "./verify/make-report.js";
import { modelFile, type VerifySubject } from "./verify/subject.js";
import { verify } from "./verify/verify.js";

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(file)));
const checkpoint = openCheckpoint(bytesSource("shapes.pt", bytesOf("shapes/shapes.pt")));

const ALL: DynamicAxes = { batch: true, height: true, width: true };

const compiled = (size: readonly [number, number], dynamic?: DynamicAxes) =>
  compileGraphs({ checkpoint, size, batch: 1, passes: "full", dynamic });
const fileOf = (name: string, ...given: Parameters<typeof compiled>) =>
  modelFile(name, encodeBytes(compiled(...given).optimized, { opset: 17 }));

const SIZES = [new Map(Object.entries({ batch: 2, height: 64, width: 96 }))];

test("graphs of open sizes are compared row by row, and bisected", async () => {
  const subject: VerifySubject = { kind: "compiled", compiled: compiled([64, 64], ALL), passes: "full", opset: 17 };
  const findings = await verify(subject, { layers: true, bisect: true, inputs: { seed: 1, sizes: SIZES } });
  expect(findings.ok).toBe(true);
  const rows = findings.layers!.rows;
  expect(rows.length).toBe(25);
  const others = rows.filter(({ status }) => status !== "compared").map(({ module }) => module);
  expect([...new Set(others)].sort()).toEqual(["Concat", "nn.Upsample"]);
  expect(others.length).toBe(5);
  expect(rows[0]).toMatchObject({ shapes: [["batch", 8, "16*h", "16*w"]] });
  expect(findings.bisection).toMatchObject({ rewrites: expect.any(Number) });
  expect(findings.bisection?.culprit).toBeUndefined();
  const report = await makeReport(subject, findings, {
    tool: { name: "t", version: "1" },
    environment: [],
    names: [],
    notes: [],
  });
  expect(report.network?.rows[0]?.shapes).toEqual([["batch", 8, "16*h", "16*w"]]);
});

test("two models of open sizes are compared inside", async () => {
  const [reference, candidate] = [fileOf("a.onnx", [64, 64], ALL), fileOf("b.onnx", [64, 64], { ...ALL, height: 64 })];
  const subject: VerifySubject = { kind: "models", reference, candidate };
  const findings = await verify(subject, { layers: true, inputs: { seed: 1, sizes: SIZES } });
  expect(findings.ok).toBe(true);
  expect(findings.layers!.rows.length).toBeGreaterThan(50);
  // Sizes that both can run: multiples of 64 and of 32.
  const odd = new Map(SIZES[0]).set("height", 96);
  await expect(verify(subject, { inputs: { seed: 1, sizes: [odd] } })).rejects.toThrow(
    "verify/size: height is 96, expected a whole number above 0, a multiple of the stride 64",
  );
});

test.each([
  ["the reference", ["fixed.onnx", undefined, "open.onnx", ALL]],
  ["the candidate", ["open.onnx", ALL, "fixed.onnx", undefined]],
] as const)("%s fixes the size at which the other runs too", async (_, [first, one, second, other]) => {
  const [reference, candidate] = [fileOf(first, [64, 96], one), fileOf(second, [64, 96], other)];
  const { ok, verification } = await verify({ kind: "models", reference, candidate });
  expect(ok).toBe(true);
  const inputs = new Set(verification.comparisons.map(({ input }) => input));
  expect([...inputs]).toEqual(["noise (seed 1)", "noise 0 to 4 (seed 1)", "collage (seed 1)"]);
});

test("a picture is padded to whole strides, as for the fixed model of that size", async () => {
  const image = await decodeImage(bytesOf("shapes/pictures/portrait.jpg"), "portrait.jpg");
  expect(image.width).toBeLessThan(image.height);
  const found = async (size: readonly [number, number], dynamic?: DynamicAxes) => {
    const bytes = encodeBytes(compiled(size, dynamic).optimized, { opset: 17 });
    const request = { model: bytes, name: "m", info: readModelInfo(bytes), provider: CPU };
    const detector = await openDetector({ ...request, size: { width: 300, height: 300 } });
    const { detections, letterboxed } = await detector.detect(image);
    await detector.release();
    return { size: detector.size, detections, letterboxed };
  };
  const open = await found([64, 64], ALL);
  expect(open.size).toEqual({ width: 320, height: 320 });
  const width = Math.ceil((320 * image.width) / image.height / 32) * 32;
  expect(width).toBeLessThan(320);
  const fixed = await found([320, width]);
  expect(open.detections.length).toBeGreaterThan(0);
  expect(open.detections).toEqual(fixed.detections);
  const upright = await found([320, 64], { width: true });
  expect(upright.detections).toEqual(fixed.detections);
});
