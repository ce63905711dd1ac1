import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");
const YAML = fixturePath("shapes/shapes.yaml");

const cli = watchCli();

const widerYaml = (): string => {
  const path = join(cli.folder, "wide.yaml");
  writeFileSync(path, readFileSync(YAML, "utf8").replace(/nc: \d+/, "nc: 9"));
  return path;
};

test("inspect gives the statistics of every weight", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--json"])).toBe(0);
  const { tensors, suspicious } = JSON.parse(cli.stdout);
  expect(suspicious).toEqual([]);
  const found = tensors.find(({ name }: { name: string }) => name === "model.0.bn.running_var");
  expect(found).toMatchObject({ dtype: "f16", shape: [8], statistics: { nan: 0, infinite: 0 } });
  expect(found.statistics.min).toBeGreaterThan(0);
  expect(found.statistics.max).toBeGreaterThan(found.statistics.mean);
});

test("inspect says family and task, and how the file compiles", async () => {
  expect(await runCli(["inspect", CHECKPOINT])).toBe(0);
  expect(cli.stdout).toMatch(/family +YOLOv5, detection, shapes with 6 classes\n/);
  expect(cli.stdout).toMatch(/compile +yolo-compile .*shapes\.pt\n/);
  cli.stdout = "";
  expect(await runCli(["inspect", CHECKPOINT, "--nc", "9", "--json"])).toBe(0);
  expect(JSON.parse(cli.stdout).outlook).toMatchObject({ family: "YOLOv5", compiles: false, task: null });
  cli.stdout = "";
  const model = fixturePath("foreign/torchscript.onnx");
  expect(await runCli(["inspect", model])).toBe(0);
  expect(cli.stdout).toMatch(/task +none that its outputs tell\ncompile +its weights, beside their yaml/);
});

test("inspect shortens long metadata, --json does not", async () => {
  const [names, model] = [join(cli.folder, "data.yaml"), join(cli.folder, "many.onnx")];
  writeFileSync(names, `names: [${Array.from({ length: 90 }, (_, index) => `thing${index}`).join(", ")}]`);
  const compile = ["yolov5n-cls", "--random-weights", "1", "--names", names, "--imgsz", "64", "--no-verify"];
  expect(await runCli([...compile, "-o", model])).toBe(0);
  cli.stdout = "";
  expect(await runCli(["inspect", model])).toBe(0);
  expect(cli.stdout).toMatch(/names = \{0: 'thing0', .*… \(1 \d{3} characters, --json has all\)/);
  expect(cli.stdout).toMatch(/task +classification/);
  cli.stdout = "";
  expect(await runCli(["inspect", model, "--json"])).toBe(0);
  expect(JSON.parse(cli.stdout).metadata.names).toContain("89: 'thing89'");
});

test("inspect --cfg says that the weights fit their own yaml", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--cfg", YAML, "--json"])).toBe(0);
  expect(JSON.parse(cli.stdout).fit).toMatchObject({
    fits: true,
    missing: [],
    wrongShape: [],
    extra: [],
    suggestion: null,
  });
});

test("inspect --cfg says what does not fit, what would, and ends with 1", async () => {
  expect(await runCli(["inspect", CHECKPOINT, "--cfg", widerYaml()])).toBe(1);
  expect(cli.stdout).toMatch(/fit +does not fit .*6 of another shape/);
  expect(cli.stdout).toMatch(/try +the yaml would fit with nc: \d/);
  expect(cli.stdout).toMatch(/shape +model\.24\.m\.0\.weight/);
});

test("--partial compiles what fits and lists what does not", async () => {
  const output = join(cli.folder, "out.onnx");
  const files = [CHECKPOINT, widerYaml(), "-o", output, "--imgsz", "64", "--no-verify", "--json"];
  expect(await runCli([...files, "--nc", "9"])).toBe(2);
  cli.stdout = "";
  expect(await runCli([...files, "--partial"])).toBe(0);
  const { weights } = JSON.parse(cli.stdout);
  expect(weights.filled).toHaveLength(6);
  expect(weights.left).toHaveLength(6);
});
