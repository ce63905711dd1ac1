import { writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { encodeText } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();

const model = (name: string, type = "f32[1,3,8,8]"): string => {
  const path = cli.at(name);
  writeFileSync(path, encodeText(`graph t(%x: ${type}) { %y = Relu(%x) return %y }`));
  return path;
};

test("models are timed in turns, and ratios are to the first", async () => {
  const files = [model("a.onnx"), model("b.onnx")];
  expect(await runCli(["bench", ...files, "--rounds", "6", "--json"])).toBe(0);
  const found = JSON.parse(cli.stdout);
  expect(found).toMatchObject({ clock: "cpu", rounds: 6, provider: "cpu", threads: 1, runtime: expect.any(String) });
  expect(found.models.map(({ name }: { name: string }) => name)).toEqual(files);
  for (const { ratio } of [found.models[0]]) expect(ratio).toEqual({ median: 1, low: 1, high: 1 });
  expect(found.noiseFloor).toBeGreaterThanOrEqual(0);
});

test("the table says the noise, the rounds and the version", async () => {
  expect(await runCli(["bench", model("a.onnx"), model("b.onnx"), "--rounds", "4", "--threads", "2"])).toBe(0);
  expect(cli.stdout).toMatch(/^model +CPU ms +ms +ratio +95 % interval/);
  expect(cli.stdout).toMatch(/a\.onnx +\d+\.\d\d +\d+\.\d\d +1\.000 +1\.000 to 1\.000 +all ratios are to this one/);
  expect(cli.stdout).toMatch(/^noise +\d+\.\d %: the first model against itself is \d/m);
  expect(cli.stdout).toMatch(/^measured +medians of 4 rounds by the clock, cpu, threads 2, ONNX Runtime \d/m);
});

test("quiet leaves a line a model, or says that nothing can be told", async () => {
  const files = [model("a.onnx"), model("b.onnx"), model("c.onnx")];
  expect(await runCli(["bench", ...files, "--rounds", "4", "--quiet"])).toBe(0);
  const lines = cli.stdout.trimEnd().split("\n");
  if (lines.length === 1) expect(lines[0]).toContain("too noisy to tell");
  else for (const line of lines) expect(line).toMatch(/[bc]\.onnx takes \d\.\d{3} of the time of .*a\.onnx, /);
});

test.each([
  ["no model", [], /usage/],
  ["rounds that are none", ["--rounds", "0"], /--rounds is 0, expected a whole number from 1 on/],
  ["threads that are none", ["--threads", "0.5"], /--threads is 0.5/],
])("%s is bad usage", async (name, given, message) => {
  expect(await runCli(["bench", ...(name === "no model" ? [] : [model("a.onnx")]), ...given])).toBe(2);
  expect(cli.stderr).toMatch(message);
});

test("what is no model, or leaves sizes open, is refused by name", async () => {
  const other = cli.at("notes.onnx");
  writeFileSync(other, "no model");
  expect(await runCli(["bench", other])).toBe(2);
  expect(cli.stderr).toContain("notes.onnx");
  cli.stderr = "";
  expect(await runCli(["bench", model("open.onnx", "f32[n,3,8,8]")])).toBe(2);
  expect(cli.stderr).toContain("open.onnx");
});
