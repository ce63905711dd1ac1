import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { OutputFile } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { type CompileRequest, compile, type FilePlace, isProofFailure } from "./index.js";

const checkpoint = openCheckpoint(bytesSource("weights/shapes.pt", readFileSync(fixturePath("shapes/shapes.pt"))));
const REQUEST: CompileRequest = { checkpoint, size: [64, 96] };

/** A tolerance that only equal bits meet: folding a BatchNormalization rounds. */
const NOTHING = { name: "nothing", relative: 0 };

const bytesOf = ({ chunks }: OutputFile): Buffer => Buffer.concat([...chunks()]);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compile-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Files in a folder for each graph. */
const place: FilePlace = {
  put: (graph, files) => {
    mkdirSync(join(folder, graph));
    for (const file of files) writeFileSync(join(folder, graph, file.name), bytesOf(file));
    return join(folder, graph, files[0]!.name);
  },
};

test("gives files that are proven, named after the weights", async () => {
  const { files, graphs, byteLength, verification } = await compile(REQUEST);
  expect(verification).toMatchObject({ ok: true, provider: "cpu" });
  expect(files.map(({ name }) => name)).toEqual(["shapes.onnx"]);
  expect(bytesOf(files[0]!).equals(encodeBytes(graphs.optimized, { opset: OPSETS.default }))).toBe(true);
  expect([byteLength, files[0]!.byteLength]).toEqual(Array(2).fill(bytesOf(files[0]!).length));
});

test("where the graphs differ there are no files, and the findings are in the error", async () => {
  const refused = compile({ ...REQUEST, verify: { tolerance: NOTHING } });
  await expect(refused).rejects.toThrow(/verify\/differs.*: \d of \d comparisons are off/);
  const error = await refused.catch((thrown: unknown) => thrown);
  if (!isProofFailure(error)) throw error;
  expect(error.diagnostic.blame).toBe("verdict");
  expect(error.findings).not.toHaveProperty("files");
  expect(error.findings.verification.ok).toBe(false);
  expect(error.diagnostic.details).toHaveLength(error.findings.verification.comparisons.filter(({ ok }) => !ok).length);
});

test("a graph that nothing rewrites is held against itself, as ONNX Runtime rewrites it", async () => {
  const request: CompileRequest = { ...REQUEST, passes: "none", place };
  const { files, graphs, verification } = await compile(request);
  expect(readdirSync(folder)).toEqual(["optimized"]);
  expect(bytesOf(files[0]!).equals(encodeBytes(graphs.plain, { opset: OPSETS.default }))).toBe(true);
  expect(verification?.comparisons.map(({ level }) => level)).toEqual(Array(3).fill("all"));
  rmSync(join(folder, "optimized"), { recursive: true });
  const refused = compile({ ...request, verify: { tolerance: NOTHING } });
  await expect(refused).rejects.toThrow(/verify\/differs.*: [1-4] of \d+ comparisons are off/);
});

test("unproven files have to be asked for", async () => {
  const { files, verification } = await compile({ ...REQUEST, file: "a.onnx", verify: false });
  expect(files.map(({ name }) => name)).toEqual(["a.onnx"]);
  expect(verification).toBeUndefined();
});

test("files are proven where the caller puts them", async () => {
  const stages: string[] = [];
  const { files } = await compile({ ...REQUEST, place, observer: { afterStage: (stage) => void stages.push(stage) } });
  expect(readdirSync(folder).sort()).toEqual(["optimized", "plain"]);
  expect(readFileSync(join(folder, "optimized/shapes.onnx")).equals(bytesOf(files[0]!))).toBe(true);
  expect(stages).toEqual(["plan", "bind", "build", "passes", "write", "verify"]);
});

test("data beside a model are proven in a folder, not in memory", async () => {
  const { files, verification } = await compile({ ...REQUEST, externalData: true, place });
  expect(verification?.ok).toBe(true);
  expect(files.map(({ name }) => name)).toEqual(["shapes.onnx", "shapes.onnx.data"]);
  expect(bytesOf(files[1]!).equals(readFileSync(join(folder, "optimized/shapes.onnx.data")))).toBe(true);
  await expect(compile({ ...REQUEST, externalData: true })).rejects.toThrow(
    "compile/place: shapes.onnx and shapes.onnx.data cannot be proven in memory",
  );
});

test("what is proven is what stands there", async () => {
  const damaging: FilePlace = {
    put: (graph, files) => {
      const path = place.put(graph, files);
      if (graph === "optimized") writeFileSync(String(path), "no model");
      return path;
    },
  };
  await expect(compile({ ...REQUEST, place: damaging })).rejects.toThrow(/runtime\/load/);
});
