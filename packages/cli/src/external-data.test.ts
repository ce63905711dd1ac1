import { linkSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { externalModel, fixturePath } from "@yolo-compile/testkit";
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

const CHECKPOINT = fixturePath("shapes/shapes.pt");

test("--external-data writes weights beside the model, for every command", async () => {
  mkdirSync(at("out"));
  const [outside, inside] = [at("out/a.onnx"), at("out/b.onnx")];
  const options = ["--imgsz", "64", "--json"];
  expect(await runCli([CHECKPOINT, "-o", outside, "--external-data", ...options])).toBe(0);
  expect(JSON.parse(cli.stdout)).toMatchObject({
    verify: { ok: true },
    files: [{ name: "a.onnx" }, { name: "a.onnx.data" }],
  });
  expect(readdirSync(at("out")).sort()).toEqual(["a.onnx", "a.onnx.data"]);
  expect(await runCli([CHECKPOINT, "-o", inside, "--no-verify", ...options])).toBe(0);
  expect(statSync(outside).size).toBeLessThan(100_000);
  expect(await runIn(at("out"), "verify", outside, inside)).toBe(0);
  expect(await runCli(["detect", outside, fixturePath("shapes/pictures/portrait.jpg"), "--no-draw"])).toBe(0);
  // The weights of the model, read from beside it, make the same model again.
  const again = at("again.onnx");
  const yaml = fixturePath("shapes/shapes.yaml");
  expect(await runCli([yaml, outside, "-o", again, "--no-verify", "--imgsz", "64"])).toBe(0);
  expect(await runCli(["verify", inside, again])).toBe(0);
});

test("data of a model that is replaced by one without go with it, those of others stay", async () => {
  mkdirSync(at("out"));
  const compile = (...more: string[]): Promise<number> =>
    runCli([CHECKPOINT, "-o", at("out/a.onnx"), "--no-verify", "--imgsz", "64", ...more]);
  expect(await compile("--external-data")).toBe(0);
  writeFileSync(at("out/b.onnx.data"), "");
  expect(await compile()).toBe(0);
  expect(readdirSync(at("out")).sort()).toEqual(["a.onnx", "b.onnx.data"]);
  writeFileSync(at("out/a.onnx.data"), "");
  expect(await compile()).toBe(0);
  expect(readdirSync(at("out")).sort()).toEqual(["a.onnx", "a.onnx.data", "b.onnx.data"]);
});

test("weights are not read through a link, nor from another folder", async () => {
  const model = exported("a", WEIGHTS, "link.bin");
  symlinkSync(at("a/w.bin"), at("a/link.bin"));
  expect(await runCli(["convert", model, "-o", at("w.safetensors")])).toBe(2);
  expect(cli.stderr).toMatch(/runtime\/external-data: .*goes through a link/);
  const short = exported("b", [1, 2, 3]);
  expect(await runCli(["convert", short, "-o", at("w.safetensors")])).toBe(2);
  expect(cli.stderr).toMatch(/onnx\/tensor: .*f32\[4\] needs 16/);
});

test("inspect says where data lie", async () => {
  expect(await runCli(["inspect", exported("a", WEIGHTS)])).toBe(0);
  expect(cli.stdout).toMatch(/^data in +w\.bin$/m);
});
