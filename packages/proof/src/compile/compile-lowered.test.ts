import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { readModelInfo } from "@yolo-compile/onnx";
import { fixturePath } from "@yolo-compile/testkit";
import { decodeImage } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { INT8_PROMISE } from "../precision/same-detections.js";
import { type CompileRequest, compile, isProofFailure } from "./index.js";

const checkpoint = openCheckpoint(bytesSource("weights/shapes.pt", readFileSync(fixturePath("shapes/shapes.pt"))));
const PICTURES = fixturePath("shapes/pictures/");
const pictures = await Promise.all(
  ["portrait.jpg", "crowd.jpg"].map(async (name) => ({
    name,
    image: await decodeImage(readFileSync(PICTURES + name), name),
  })),
);
const REQUEST: CompileRequest = { checkpoint, size: [96, 96], verify: { inputs: { seed: 1, pictures } } };
const LARGER: CompileRequest = { checkpoint, size: [160, 160] };
const SMALL: CompileRequest = { checkpoint, size: [64, 96] };

const NOTHING = { name: "nothing", relative: 0 };

test("a float16 file is proven by its outputs, with every value rounded too, and by its detections", async () => {
  const { files, graphs, precision, verification } = await compile({ ...REQUEST, precision: { kind: "half" } });
  expect(graphs.optimized.inputs.map(({ type }) => type.dtype)).toEqual(["f32"]);
  expect(graphs.optimized.outputs.map(({ value }) => value.type.dtype)).toEqual(["f32"]);
  const convolutions = graphs.optimized.nodes.filter(({ op }) => op === "Conv");
  expect(convolutions.map(({ outputs }) => outputs[0]!.type.dtype)).toEqual(Array(75).fill("f16"));
  expect(precision?.audited).toEqual(expect.arrayContaining(["noise (seed 1)", "portrait.jpg"]));
  expect(precision?.rewriting).toMatchObject({ ok: true, tolerance: { name: "FOLD" } });
  expect(precision?.kept.every(({ cause }) => cause === "answer")).toBe(true);
  const runs = verification!.comparisons.map(
    ({ provider, level, tolerance }) => `${provider} ${level} ${tolerance.name}`,
  );
  expect([...new Set(runs)]).toEqual(["cpu disabled F16", "cpu all F16", "cpu rounding all F16"]);
  const { pictures: compared = [], expected } = precision?.detections ?? {};
  expect(expected).toBeGreaterThan(9);
  expect(compared.map(({ provider }) => provider).sort()).toEqual([
    ...Array(2).fill("cpu"),
    ...Array(2).fill("cpu rounding"),
  ]);
  const single = await compile({ ...REQUEST, verify: false });
  expect(files[0]!.byteLength).toBeLessThan(0.6 * single.byteLength);
});

test("inputs and outputs may be float16 too", async () => {
  const { files, verification } = await compile({ ...SMALL, precision: { kind: "half", io: "f16" } });
  const [file] = files;
  const { inputs, outputs } = readModelInfo(Buffer.concat([...file!.chunks()]), file!.name);
  expect([...inputs, ...outputs].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
  expect(verification?.ok).toBe(true);
});

test("half weights are half a file, and float32 arithmetic", async () => {
  const precision = { kind: "half-weights" } as const;
  const { byteLength, graphs, precision: found, verification } = await compile({ ...REQUEST, precision });
  expect(graphs.optimized.nodes.every(({ op, outputs }) => op === "Cast" || outputs[0]!.type.dtype === "f32")).toBe(
    true,
  );
  expect(found).toMatchObject({ kind: "half-weights", kept: [], audited: [], detections: { ok: true } });
  expect(found?.lowered).toBeGreaterThan(50);
  expect(new Set(verification!.comparisons.map(({ provider }) => provider))).toEqual(new Set(["cpu"]));
  expect(byteLength).toBeLessThan(0.6 * (await compile({ ...REQUEST, verify: false })).byteLength);
});

test("rows that are named stay in float32, the others do not", async () => {
  const { precision } = await compile({ ...SMALL, verify: false, precision: { kind: "half", keep: ["9"] } });
  expect(precision!.audited).toEqual([]);
  const asked = precision!.kept.filter(({ cause }) => cause === "asked");
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.map(({ node }) => node.origin.path).filter((path) => !/^model\.9(\.|$)/.test(path))).toEqual([]);
});

test("what float16 changes by more than is allowed is refused", async () => {
  const verify = { tolerance: NOTHING };
  const refused = compile({ ...SMALL, precision: { kind: "half" }, verify });
  await expect(refused).rejects.toThrow(
    /verify\/differs: the graph in float16 is not the plain graph: \d+ of \d+ comparisons are off/,
  );
  const error = await refused.catch((thrown: unknown) => thrown);
  if (!isProofFailure(error)) throw error;
  expect(error.findings).not.toHaveProperty("files");
  expect(error.findings.precision?.rewriting?.ok).toBe(true);
});

test("int8 is less than half of a file, and judged by its detections", async () => {
  const [portrait, crowd] = pictures.map((picture) => [picture]);
  const precision = { kind: "int8", pictures: crowd! } as const;
  const request: CompileRequest = { ...LARGER, verify: { inputs: { seed: 1, pictures: portrait! } } };
  const { byteLength, precision: found, verification, notes } = await compile({ ...request, precision });
  expect(found).toMatchObject({ kind: "int8", audited: ["crowd.jpg"], rewriting: { ok: true } });
  expect(found!.kept.map(({ cause }) => cause)).toEqual(expect.arrayContaining(["large", "answer"]));
  expect(found!.detections).toMatchObject({ ok: true, promise: INT8_PROMISE });
  expect(found!.detections!.pictures.map(({ picture }) => picture)).toEqual(["portrait.jpg"]);
  expect(found!.detections!.expected).toBeGreaterThan(5);
  expect(verification!.comparisons.map(({ nonFinite }) => nonFinite)).toEqual(expect.arrayContaining([0]));
  expect(notes.map(({ code }) => code)).not.toContain("precision/seen-pictures");
  expect(byteLength).toBeLessThan(0.5 * (await compile({ ...LARGER, verify: false })).byteLength);
});

test("int8 without other pictures is judged by those that it was calibrated on, which is said", async () => {
  const { notes } = await compile({ ...LARGER, precision: { kind: "int8", pictures } });
  expect(notes.map(({ code }) => code)).toContain("precision/seen-pictures");
});

test("int8 without calibration, and without an object on any picture, is refused", async () => {
  await expect(compile({ ...SMALL, precision: { kind: "int8", pictures: [] } })).rejects.toThrow(
    "precision/calibration",
  );
  const black = { name: "black", image: { width: 96, height: 64, data: new Uint8Array(96 * 64 * 3) } };
  await expect(compile({ ...SMALL, precision: { kind: "int8", pictures: [black] } })).rejects.toThrow(
    "nothing proves the graph in int8: the network finds no object on any picture",
  );
});

test("a budget keeps the dearest rows in float32 until detections agree", async () => {
  const precision = { kind: "int8", pictures: pictures.slice(0, 1) } as const;
  const refused = compile({ ...REQUEST, precision });
  await expect(refused).rejects.toThrow(
    /the graph in int8 finds other objects than the plain graph on 1 pictures - --int8-budget leaves rows in float32/,
  );
  const { precision: found } = await compile({ ...REQUEST, precision: { ...precision, budget: true } });
  expect(found!.detections!.closeShare).toBeGreaterThanOrEqual(0.9);
  expect(found!.lowered).toBeGreaterThan(20);
  const reasons = found!.kept.filter(({ cause }) => cause === "budget").map(({ reason }) => reason);
  expect(reasons[0]).toMatch(/^model\.\d+ alone moves outputs by [\d.]+ of their unit$/);
});
