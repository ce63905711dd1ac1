import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { Ajv2020 } from "ajv/dist/2020.js";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");

const cli = watchCli();
const { at } = cli;

async function compiled(name: string, ...options: string[]): Promise<string> {
  expect(await runCli([CHECKPOINT, "-o", at(name), "--imgsz", "64", "--no-verify", ...options])).toBe(0);
  return at(name);
}

test("a checkpoint: every check that there is, and its reports", async () => {
  const reports = ["a.json", "a.xml", "a.sarif", "a.html"].map(at);
  const checks = ["--layers", "--budget", "--bisect", "--magnitudes", "--report", ...reports];
  expect(await runCli(["verify", CHECKPOINT, "--imgsz", "64", ...checks])).toBe(0);
  expect(cli.stdout).toMatch(/layers +20 of 25 compared/);
  expect(cli.stdout).toMatch(/bisect +none of \d+ rewrites exceeds the tolerance/);
  expect(cli.stdout).toMatch(/computes what the plain graph computes/);
  const [json, junit, sarif, html] = reports.map((path) => readFileSync(path, "utf8"));
  const document = JSON.parse(json!);
  const schema = readFileSync(new URL("../../../docs/report.schema.json", import.meta.url), "utf8");
  const validator = new Ajv2020({ allowUnionTypes: true });
  expect([validator.validate(JSON.parse(schema), document), validator.errors]).toEqual([true, null]);
  expect(document.checks).toHaveLength(20);
  expect(junit).toMatch(/<testsuites name="[^"]+" tests="46" failures="0"/);
  expect(JSON.parse(sarif!).runs[0].results).toEqual([]);
  expect(html).toMatch(/^<!doctype html>/i);
});

test("a checkpoint's deliberate faults are all caught", async () => {
  expect(await runCli(["verify", CHECKPOINT, "--imgsz", "64", "--self-test"])).toBe(0);
  const [, caught, changing] = /self-test +(\d+) of (\d+) faults caught/.exec(cli.stdout)!;
  expect(caught).toBe(changing);
  expect(Number(changing)).toBeGreaterThanOrEqual(40);
});

test("two models that compute the same end with 0, two that do not with 1", async () => {
  const [plain, full] = [await compiled("plain.onnx", "--passes", "none"), await compiled("full.onnx")];
  expect(await runCli(["verify", plain, full, "--layers", "--json"])).toBe(0);
  const same = JSON.parse(cli.stdout.slice(cli.stdout.lastIndexOf("\n{\n") + 1));
  expect(same.verdict.ok).toBe(true);
  expect(same.layers.rows.length).toBeGreaterThan(100);
  const yaml = fixturePath("shapes/shapes.yaml");
  const other = ["--random-weights", "1", "-o", at("other.onnx"), "--imgsz", "64", "--no-verify"];
  expect(await runCli([yaml, ...other])).toBe(0);
  expect(await runCli(["verify", full, at("other.onnx")])).toBe(1);
  expect(cli.stdout).toMatch(/does not compute what .*: (\d+) of \1 comparisons are off/);
});

test("a fused model's initializers give the graph that the checkpoint gives", async () => {
  const full = await compiled("full.onnx");
  const again = ["-o", at("again.onnx"), "--imgsz", "64", "--no-verify"];
  expect(await runCli([fixturePath("shapes/shapes.yaml"), full, ...again])).toBe(0);
  expect(await runCli(["verify", full, at("again.onnx"), "--layers", "--json"])).toBe(0);
  const { checks, layers } = JSON.parse(cli.stdout.slice(cli.stdout.lastIndexOf("\n{\n") + 1));
  expect(checks[0]).toMatchObject({ runtimeLevel: "off", maxAbs: 0 });
  expect(Math.max(...layers.rows.map(({ maxAbs }: { maxAbs: number }) => maxAbs))).toBe(0);
});

test("a model is judged by the checkpoint, or the yaml, that it was made from", async () => {
  const full = await compiled("full.onnx", "--batch", "2");
  expect(await runCli(["verify", CHECKPOINT, full])).toBe(0);
  expect(cli.stdout).toMatch(/full\.onnx computes what the plain graph of .*shapes\.pt computes/);
  expect(await runCli(["verify", full, fixturePath("shapes/shapes.yaml")])).toBe(0);
  const yaml = fixturePath("shapes/shapes.yaml");
  const other = ["--random-weights", "1", "-o", at("other.onnx"), "--imgsz", "64", "--no-verify"];
  expect(await runCli([yaml, ...other])).toBe(0);
  expect(await runCli(["verify", CHECKPOINT, at("other.onnx")])).toBe(1);
});

test("pictures of a folder are spread over it, and how many is said", async () => {
  const pictures = ["--images", fixturePath("shapes/pictures/"), "--max-images", "2", "--no-layers", "--json"];
  expect(await runCli(["verify", CHECKPOINT, "--imgsz", "64", ...pictures])).toBe(0);
  expect(cli.stderr).toMatch(/note verify\/pictures: 2 of 4 pictures are looked at - --max-images 4 takes all/);
  const { pictures: seen } = JSON.parse(cli.stdout);
  expect(seen.map(({ name }: { name: string }) => name.replace(/.*\//, ""))).toEqual(["crowd.jpg", "portrait.jpg"]);
});

test("a rewrite that exceeds the tolerance is found, and its reproducer shows it", async () => {
  const here = process.cwd();
  process.chdir(cli.folder);
  try {
    const strict = ["--tolerance", "1e-9", "--imgsz", "64"];
    expect(await runCli(["verify", CHECKPOINT, ...strict, "--bisect"])).toBe(1);
    const [, number, rule] = /bisect +rewrite (\d+) of \d+: (\S+)/.exec(cli.stdout)!;
    expect([Number(number), rule]).toEqual([1, "fold-batch-norm"]);
    expect(cli.stdout).toMatch(/node BatchNormalization model\.0\.bn, backbone\[0\]/);
    const [, made] = /(reproducer-\S+)\/ has it alone/.exec(cli.stdout)!;
    const models = ["before.onnx", "after.onnx"].map((name) => join(made!, name));
    const input = ["--input", join(made!, "inputs")];
    expect(await runCli(["verify", ...models, ...input, "--tolerance", "0"])).toBe(1);
    expect(await runCli(["verify", ...models, ...input])).toBe(0);
  } finally {
    process.chdir(here);
  }
});

test.each<[string, RegExp, () => string[]]>([
  ["--bisect of finished models", /verify\/source: --bisect/, () => [at("m.onnx"), at("m.onnx"), "--bisect"]],
  ["a report of an unknown kind", /usage: --report a\.pdf.*\.html/, () => [CHECKPOINT, "--report", "a.pdf"]],
  ["a report in no cli.folder", /output\/unwritable/, () => [CHECKPOINT, "--report", at("none/a.json")]],
  ["one model alone", /usage: .*1 models and 0 other files.*--golden/, () => [at("m.onnx")]],
  ["a golden folder that is none", /usage: --golden .*no such folder/, () => [at("m.onnx"), "--golden", at("none")]],
  ["an empty golden folder", /verify\/.*images\.npy/, () => [at("m.onnx"), "--golden", at("empty")]],
  ["an unknown free size", /verify\/size/, () => [at("m.onnx"), at("m.onnx"), "--size", "depth=3"]],
  [
    "a size that is none",
    /usage: --verify-sizes height.*no name=number/,
    () => [at("m.onnx"), at("m.onnx"), "--size", "height"],
  ],
  ["pictures that are not there", /input\/unreadable/, () => [at("m.onnx"), at("m.onnx"), "--images", at("none")]],
  ["a negative tolerance", /usage: --tolerance is -1/, () => [CHECKPOINT, "--tolerance=-1"]],
])("%s: one error, exit code 2", async (_, message, argv) => {
  mkdirSync(at("empty"));
  const model = await compiled("m.onnx");
  expect(readFileSync(model).length).toBeGreaterThan(0);
  cli.stderr = "";
  expect(await runCli(["verify", ...argv(), "--imgsz", "64"])).toBe(2);
  expect(cli.stderr).toMatch(message);
  expect(cli.stderr.match(/^error/gm)).toHaveLength(1);
});

test("models with other outputs are a verdict, not bad input", async () => {
  const seg = ["--random-weights", "1", "--imgsz", "64", "--no-verify", "-o", at("b.onnx")];
  const yaml = readFileSync(fixturePath("shapes/shapes.yaml"), "utf8");
  writeFileSync(at("b.yaml"), yaml.replace(/nc: \d+/, "nc: 3"));
  expect(await runCli([at("b.yaml"), ...seg])).toBe(0);
  const reports = ["--report", at("a.html"), at("a.json"), at("a.xml"), at("a.sarif")];
  expect(await runCli(["verify", await compiled("m.onnx"), at("b.onnx"), ...reports])).toBe(1);
  expect(cli.stderr).toMatch(/verify\/shape: output output0/);
  expect(readFileSync(at("a.html"), "utf8")).toMatch(/Failed: .*m\.onnx against .*b\.onnx/);
  const { verdict, run } = JSON.parse(readFileSync(at("a.json"), "utf8"));
  expect(verdict).toMatchObject({ ok: false, words: expect.stringMatching(/^FAILED: output output0 is/) });
  expect(run.command).toBe(`yolo-compile verify ${at("m.onnx")} ${at("b.onnx")} ${reports.join(" ")}`);
  const bytes = readFileSync(at("m.onnx"));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(run.files[0]).toEqual({ name: at("m.onnx"), bytes: bytes.length, sha256 });
  expect(readFileSync(at("a.xml"), "utf8")).toMatch(/<testsuites [^>]*failures="1"[^>]* time="[\d.]+">/);
  expect(JSON.parse(readFileSync(at("a.sarif"), "utf8")).runs[0].results).toHaveLength(1);
  cli.stdout = "";
  expect(await runCli(["verify", at("m.onnx"), at("b.onnx"), "--json"])).toBe(1);
  expect(JSON.parse(cli.stdout).error).toMatchObject({ code: "verify/shape", blame: "verdict" });
});
