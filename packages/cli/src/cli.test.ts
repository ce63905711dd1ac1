import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";

const SHAPES = fixturePath("shapes/");
const CHECKPOINT = join(SHAPES, "shapes.pt");
const YAML = readFileSync(join(SHAPES, "shapes.yaml"), "utf8");

let folder = "";
let output = "";
let stdout = "";
let stderr = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  output = join(folder, "out.onnx");
  [stdout, stderr] = ["", ""];
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += stripVTControlCharacters(String(text));
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += stripVTControlCharacters(String(text));
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("compiles the trained detector, verifies it and says so", async () => {
  expect(await runCli([CHECKPOINT, "-o", output, "--imgsz", "64", "96", "--json"])).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ output, opset: 17, layers: 214, weights: { used: 292, missing: [] } });
  expect(document.ops.BatchNormalization).toBeUndefined();
  expect(document.bytes).toBe(readFileSync(output).length);
  expect(document.verify).toMatchObject({ ok: true, provider: "cpu" });
  expect(document.verify.comparisons).toHaveLength(2);
  expect(readdirSync(folder)).toEqual(["out.onnx"]);
});

test("the yaml and the weights may come in either order, and give the same bytes", async () => {
  const yaml = join(SHAPES, "shapes.yaml");
  const second = join(folder, "second.onnx");
  const options = ["--imgsz", "64", "--no-verify", "-o"];
  expect(await runCli([yaml, CHECKPOINT, ...options, output])).toBe(0);
  expect(await runCli([CHECKPOINT, yaml, ...options, second])).toBe(0);
  expect(readFileSync(second).equals(readFileSync(output))).toBe(true);
});

test("detects what is on a picture and draws it", async () => {
  await runCli([CHECKPOINT, "-o", output, "--imgsz", "320", "--no-verify"]);
  stdout = "";
  const drawn = join(folder, "drawn.jpg");
  expect(await runCli(["detect", output, join(SHAPES, "pictures/portrait.jpg"), "-o", drawn, "--json"])).toBe(0);
  expect(existsSync(drawn)).toBe(true);
  const [{ detections }] = JSON.parse(stdout).images;
  const golden = JSON.parse(readFileSync(join(SHAPES, "golden/detections.json"), "utf8"));
  expect(JSON.stringify(golden)).toContain("portrait");
  expect(detections.length).toBeGreaterThan(0);
});

const yaml = (change: (text: string) => string) => () => file("model.yaml", change(YAML));

test.each<[string, RegExp, () => string[]]>([
  ["no file at all", /usage/, () => []],
  ["a missing file", /input\/unreadable.*no such file/, () => [join(folder, "none.pt")]],
  ["an empty file", /weights\/format.*is empty/, () => [file("empty.pt", "")]],
  ["a truncated file", /weights\/truncated/, () => [file("cut.pt", readFileSync(CHECKPOINT).subarray(0, 300_000))]],
  ["a file of noise", /weights\//, () => [file("noise.pt", Uint8Array.of(1, 2, 3, 4, 0, 200, 7, 9))]],
  ["two yamls", /both yaml/, () => [yaml((text) => text)(), join(SHAPES, "shapes.yaml")]],
  ["an unknown module", /Convv.*known module/s, () => [yaml((text) => text.replace("Conv,", "Convv,"))(), CHECKPOINT]],
  ["a duplicate key", /yaml\/syntax/, () => [yaml((text) => `${text}\nnc: 6\n`)(), CHECKPOINT]],
  ["another nc", /weights\/.*nc: 6/s, () => [yaml((text) => text.replace(/nc: \d+/, "nc: 9"))(), CHECKPOINT]],
  ["a size that is no multiple", /imgsz.*(96|128)/, () => [CHECKPOINT, "--imgsz", "100"]],
  ["an opset out of range", /onnx\/opset/, () => [CHECKPOINT, "--imgsz", "64", "--opset", "99"]],
  ["an unknown option", /usage.*unknow/i, () => [CHECKPOINT, "--unknow"]],
  ["a yaml without weights", /compile\/no-weights/, () => [join(SHAPES, "shapes.yaml")]],
])("%s: one error, exit code 2, nothing written or overwritten", async (_, message, argv) => {
  writeFileSync(output, "precious");
  const given = argv();
  const before = readdirSync(folder);
  expect(await runCli([...given, "-o", output])).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.match(/^error/gm)).toHaveLength(1);
  expect(readFileSync(output, "utf8")).toBe("precious");
  expect(readdirSync(folder)).toEqual(before);
});

test("an output that cannot be written is said before anything is compiled", async () => {
  expect(await runCli([CHECKPOINT, "-o", join(folder, "none/out.onnx")])).toBe(2);
  expect(stderr).toMatch(/output\/unwritable.*folder does not exist/);
});
