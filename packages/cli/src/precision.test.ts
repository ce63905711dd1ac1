import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const SHAPES = fixturePath("shapes/");
const CHECKPOINT = join(SHAPES, "shapes.pt");
const PICTURE = join(SHAPES, "pictures/portrait.jpg");

const cli = watchCli();

test("--half says what stays in float32 and why, and that the objects are the same", async () => {
  const output = cli.at("half.onnx");
  const options = ["-o", output, "--imgsz", "96", "--half", "--half-keep", "9", "--images", PICTURE];
  expect(await runCli([CHECKPOINT, ...options])).toBe(0);
  expect(cli.stdout).toMatch(/precision\s+\d+ nodes in float16, \d+ in float32 \(measured on 4 inputs\)/);
  expect(cli.stdout).toMatch(/model\.9\.cv1\.conv.*\s+asked\s.*9 is asked for/);
  expect(cli.stdout).toMatch(/model\.24\s+answer\s.*behind the last convolution/);
  expect(cli.stdout).toMatch(/within F16 \(0\.02 of each unit\), on cpu rounding within F16/);
  expect(cli.stdout).toMatch(/portrait\.jpg\s+cpu rounding\s+[1-9]\d*\s+0\s+0\s/);
  expect(cli.stderr).toBe("");
});

test("--int8 says what stays in float32, and that the objects are the same", async () => {
  const options = ["-o", cli.at("int8.onnx"), "--imgsz", "160", "--int8", "--calibrate", join(SHAPES, "pictures")];
  expect(await runCli([CHECKPOINT, ...options, "--images", join(SHAPES, "heldout/00.jpg")])).toBe(0);
  expect(cli.stdout).toMatch(/precision\s+\d+ nodes in int8, \d+ in float32 \(measured on 4 inputs\)/);
  expect(cli.stdout).toMatch(/large\s+7 Conv\s+a map of more than an eighth/);
  expect(cli.stdout).toMatch(/on cpu finite, and judged by its objects/);
  expect(cli.stdout).toMatch(/heldout\/00\.jpg\s+cpu\s+[1-9]\d*\s+0\s+0\s/);
});

test("--json has the same, as data", async () => {
  const options = ["-o", cli.at("half.onnx"), "--imgsz", "64", "--half-weights", "--json"];
  expect(await runCli([CHECKPOINT, ...options])).toBe(0);
  const { precision, verify, bytes, notes } = JSON.parse(cli.stdout);
  expect(precision).toMatchObject({ kind: "half-weights", kept: [], rewriting: { ok: true } });
  expect(verify).toMatchObject({ ok: true, tolerance: { name: "F16" } });
  expect(bytes).toBe(readFileSync(cli.at("half.onnx")).length);
  expect(notes.map(({ code }: { code: string }) => code)).toContain("precision/no-pictures");
});

test("without verification nothing is measured, which is said", async () => {
  const options = ["-o", cli.at("half.onnx"), "--imgsz", "64", "--half", "--no-verify"];
  expect(await runCli([CHECKPOINT, ...options])).toBe(0);
  expect(cli.stdout).toContain("in float32 (nothing measured, as nothing runs)");
});

test.each([
  [["--half", "--half-weights"], "--half and --half-weights exclude each other"],
  [["--half-io"], "--half-io says how --half is done"],
  [["--half-keep", "Softmax"], "--half-keep says how --half is done"],
  [["--half", "--half-keep", "Sofmax"], "Sofmax names no op, row or path of the graph"],
  [["--int8"], "--int8 needs --calibrate"],
  [["--int8", "--half"], "--half and --int8 exclude each other"],
  [["--calibrate", PICTURE], "--calibrate says how --int8 is done"],
  [["--images", PICTURE, "--no-verify"], "--images and --no-verify exclude each other"],
])("%j is refused", async (options, message) => {
  expect(await runCli([CHECKPOINT, "-o", cli.at("out.onnx"), "--imgsz", "64", ...options])).toBe(2);
  expect(cli.stderr).toContain(message);
});
