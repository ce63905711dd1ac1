import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");
const YAML = fixturePath("shapes/shapes.yaml");

let folder = "";
let stdout = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  stdout = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += stripVTControlCharacters(String(text));
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const widerYaml = (): string => {
  const path = join(folder, "wide.yaml");
  writeFileSync(path, readFileSync(YAML, "utf8").replace(/nc: \d+/, "nc: 9"));
  return path;
};

test("inspect gives the statistics of every weight", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--json"])).toBe(0);
  const { tensors, suspicious } = JSON.parse(stdout);
  expect(suspicious).toEqual([]);
  const found = tensors.find(({ name }: { name: string }) => name === "model.0.bn.running_var");
  expect(found).toMatchObject({ dtype: "f16", shape: [8], statistics: { nan: 0, infinite: 0 } });
  expect(found.statistics.min).toBeGreaterThan(0);
  expect(found.statistics.max).toBeGreaterThan(found.statistics.mean);
});

test("inspect --cfg says that the weights fit their own yaml", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--cfg", YAML, "--json"])).toBe(0);
  expect(JSON.parse(stdout).fit).toMatchObject({
    fits: true,
    missing: [],
    wrongShape: [],
    extra: [],
    suggestion: null,
  });
});

test("inspect --cfg says what does not fit, what would, and ends with 1", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--cfg", widerYaml()])).toBe(1);
  expect(stdout).toMatch(/fit +does not fit .*6 of another shape/);
  expect(stdout).toMatch(/try +the yaml would fit with nc: \d/);
  expect(stdout).toMatch(/shape +model\.24\.m\.0\.weight/);
});

test("--partial compiles what fits and lists what does not", async () => {
  const output = join(folder, "out.onnx");
  const files = [CHECKPOINT, widerYaml(), "-o", output, "--imgsz", "64", "--no-verify", "--json"];
  expect(await runCli(files)).toBe(2);
  stdout = "";
  expect(await runCli([...files, "--partial"])).toBe(0);
  const { weights } = JSON.parse(stdout);
  expect(weights.filled).toHaveLength(6);
  expect(weights.left).toHaveLength(6);
});
