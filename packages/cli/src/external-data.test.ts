import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { externalModel } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();
const { at } = cli;

/** A folder with a model and the weights beside it. */
function exported(folder: string, weights: readonly number[], location = "w.bin"): string {
  mkdirSync(at(folder), { recursive: true });
  writeFileSync(at(`${folder}/model.onnx`), externalModel(location));
  writeFileSync(at(`${folder}/w.bin`), new Uint8Array(Float32Array.from(weights).buffer));
  return at(`${folder}/model.onnx`);
}

/** Runs in a working directory. */
async function runIn(folder: string, ...argv: string[]): Promise<number> {
  const here = process.cwd();
  process.chdir(folder);
  try {
    return await runCli(argv);
  } finally {
    process.chdir(here);
  }
}

test("models that differ in data beside them differ, from any working directory", async () => {
  const [one, other, twin] = [exported("a", [1, 2, 3, 4]), exported("b", [1, 2, 3, 5]), exported("c", [1, 2, 3, 4])];
  for (const folder of [cli.folder, at("a"), at("b")]) {
    expect(await runIn(folder, "verify", one, other)).toBe(1);
    expect(await runIn(folder, "verify", one, twin)).toBe(0);
  }
  expect(await runIn(at("a"), "verify", "model.onnx", "../b/model.onnx")).toBe(1);
});

test("data below the model's folder are found, hard links are files", async () => {
  const one = exported("a", [1, 2, 3, 4]);
  mkdirSync(at("a/data"));
  linkSync(at("a/w.bin"), at("a/data/w.bin"));
  writeFileSync(at("a/below.onnx"), externalModel("data/w.bin"));
  expect(await runCli(["verify", one, at("a/below.onnx")])).toBe(0);
});

const WEIGHTS = [1, 2, 3, 4];

test.each<[string, (folder: string) => string, RegExp]>([
  ["a folder above", () => "../a/w.bin", /leads out of the model's folder/],
  ["a hidden way up", () => "data/../../a/w.bin", /leads out of the model's folder/],
  ["an absolute path", (folder) => `${folder}/a/w.bin`, /is an absolute path/],
  ["a drive", () => "C:w.bin", /is an absolute path/],
  ["a link", () => "link.bin", /goes through a link/],
  ["a folder that is a link", () => "linked/w.bin", /goes through a link/],
  ["a folder", () => "data", /is no regular file/],
  ["a device", () => "/dev/zero", /is an absolute path/],
  ["a file that is not there", () => "none.bin", /is not there/],
  ["no file", () => "", /names no file/],
  ["an address in memory", () => "*/_ORT_MEM_ADDR_/*", /is not there/],
])("data in %s are refused before ONNX Runtime sees the model", async (_, location, message) => {
  const whole = exported("a", WEIGHTS);
  const model = exported("b", WEIGHTS, location(cli.folder));
  mkdirSync(at("b/data"));
  symlinkSync(at("a/w.bin"), at("b/link.bin"));
  symlinkSync(at("a"), at("b/linked"));
  for (const pair of [
    [whole, model],
    [model, whole],
  ]) {
    cli.stderr = "";
    expect(await runIn(at("a"), "verify", ...pair)).toBe(2);
    expect(cli.stderr).toMatch(/^error runtime\/external-data: /);
    expect(cli.stderr).toMatch(message);
  }
  writeFileSync(at("p.jpg"), "");
  cli.stderr = "";
  expect(await runIn(at("a"), "detect", model, at("p.jpg"))).toBe(2);
  expect(cli.stderr).toMatch(/^error runtime\/external-data: /);
});

test("inspect says where data lie", async () => {
  expect(await runCli(["inspect", exported("a", WEIGHTS)])).toBe(0);
  expect(cli.stdout).toMatch(/^data in +w\.bin$/m);
});
