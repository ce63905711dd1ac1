import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { convertWeights, elementCount, openCheckpoint } from "@yolo-compile/compiler";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { openFile } from "./files.js";
import { watchCli } from "./testing/watch-cli.js";

const SHAPES = fixturePath("shapes/");
const CHECKPOINT = join(SHAPES, "shapes.pt");
const YAML = readFileSync(join(SHAPES, "shapes.yaml"), "utf8");

const cli = watchCli();
let output = "";

beforeEach(() => {
  output = cli.at("out.onnx");
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(cli.folder, name);
  writeFileSync(path, content);
  return path;
}

test("compiles the trained detector, verifies it and says so", async () => {
  expect(await runCli([CHECKPOINT, "-o", output, "--imgsz", "64", "96", "--json"])).toBe(0);
  const document = JSON.parse(cli.stdout);
  expect(document).toMatchObject({ output, opset: 17, layers: 214, weights: { used: 292, missing: [] } });
  expect(document.ops.BatchNormalization).toBeUndefined();
  expect(document.bytes).toBe(readFileSync(output).length);
  expect(document.verify).toMatchObject({ ok: true, provider: "cpu" });
  const levels: string[] = document.verify.comparisons.map(({ level }: { level: string }) => level);
  expect([...new Set(levels)].sort()).toEqual(["all", "disabled"]);
  expect(readdirSync(cli.folder)).toEqual(["out.onnx"]);
});

test("axes may stay open, and are verified at sizes of one's own", async () => {
  const sizes = ["--verify-sizes", "batch=1,height=64,width=64", "batch=2,height=32,width=96"];
  expect(await runCli(["--dynamic", "batch", "height=32", "width", CHECKPOINT, "-o", output, "--json", ...sizes])).toBe(
    0,
  );
  const document = JSON.parse(cli.stdout);
  expect(document.input).toEqual(["batch", 3, "32*h", "32*w"]);
  const inputs: string[] = document.verify.comparisons.map(({ input }: { input: string }) => input);
  expect([...new Set(inputs.map((input) => input.replace(/.* /, "")))]).toEqual(["1x3x64x64", "2x3x32x96"]);
});

test.each([
  [["--dynamic"], /usage: --dynamic is empty, expected batch, height or width/],
  [["--dynamic", "depth"], /usage: --dynamic is depth, expected batch, height or width/],
  [["--dynamic", "height=0"], /usage: --dynamic is 0, expected a whole number/],
  [["--dynamic", "height=40"], /network\/step: .*a multiple of the model's stride 32/],
])("%j leaves nothing open", async (options, message) => {
  expect(await runCli([CHECKPOINT, "-o", output, ...options])).toBe(2);
  expect(cli.stderr).toMatch(message);
});

test("--report says what was verified", async () => {
  const [html, junit] = [cli.at("a.html"), cli.at("a.xml")];
  const options = ["-o", output, "--imgsz", "64", "--report", html, junit];
  expect(await runCli([CHECKPOINT, ...options])).toBe(0);
  expect(readFileSync(html, "utf8")).toMatch(/<h1/);
  expect(readFileSync(junit, "utf8")).toMatch(/<testsuites [^>]*tests="[1-9]\d*" failures="0"/);
  expect(await runCli([CHECKPOINT, ...options, "--no-verify"])).toBe(2);
  expect(cli.stderr).toMatch(/usage: --report and --no-verify exclude each other/);
});

test("the yaml and the weights may come in either order, and give the same bytes", async () => {
  const yaml = join(SHAPES, "shapes.yaml");
  const second = join(cli.folder, "second.onnx");
  const options = ["--imgsz", "64", "--no-verify", "-o"];
  expect(await runCli([yaml, CHECKPOINT, ...options, output])).toBe(0);
  expect(await runCli([CHECKPOINT, yaml, ...options, second])).toBe(0);
  expect(readFileSync(second).equals(readFileSync(output))).toBe(true);
});

test("detects what is on a picture and draws it", async () => {
  await runCli([CHECKPOINT, "-o", output, "--imgsz", "320", "--no-verify"]);
  cli.stdout = "";
  const drawn = join(cli.folder, "drawn.jpg");
  expect(await runCli(["detect", output, join(SHAPES, "pictures/portrait.jpg"), "-o", drawn, "--json"])).toBe(0);
  expect(existsSync(drawn)).toBe(true);
  const [{ detections }] = JSON.parse(cli.stdout).images;
  const golden = JSON.parse(readFileSync(join(SHAPES, "golden/detections.json"), "utf8"));
  expect(JSON.stringify(golden)).toContain("portrait");
  expect(detections.length).toBeGreaterThan(0);
});

const yaml = (change: (text: string) => string) => () => file("model.yaml", change(YAML));

test.each<[string, RegExp, () => string[]]>([
  ["no file at all", /usage/, () => []],
  ["a missing file", /input\/unreadable.*no such file/, () => [join(cli.folder, "none.pt")]],
  ["an empty file", /weights\/format.*is empty/, () => [file("empty.pt", "")]],
  ["a truncated file", /weights\/truncated/, () => [file("cut.pt", readFileSync(CHECKPOINT).subarray(0, 300_000))]],
  ["a file of noise", /weights\//, () => [file("noise.pt", Uint8Array.of(1, 2, 3, 4, 0, 200, 7, 9))]],
  ["two yamls", /both yaml/, () => [yaml((text) => text)(), join(SHAPES, "shapes.yaml")]],
  ["an unknown module", /Convv.*known module/s, () => [yaml((text) => text.replace("Conv,", "Convv,"))(), CHECKPOINT]],
  ["a duplicate key", /yaml\/syntax/, () => [yaml((text) => `${text}\nnc: 6\n`)(), CHECKPOINT]],
  [
    "weights that do not fit the yaml",
    /weights\/.*nc: 6/s,
    () => [join(SHAPES, "shapes.yaml"), CHECKPOINT, "--nc", "9"],
  ],
  ["a name that is nearly a network's", /input\/unreadable.*did you mean yolov5n/, () => ["yolov5nn", CHECKPOINT]],
  ["a built-in yaml without weights", /compile\/no-weights: yolov5n is/, () => ["yolov5n"]],
  ["a number of classes that is none", /usage: --nc is 0/, () => [CHECKPOINT, "--nc", "0"]],
  [
    "names that are too few",
    /compile\/names: 2 class names are given/,
    () => [CHECKPOINT, "--nc", "6", "--names", file("data.yaml", "names: [a, b]")],
  ],
  ["a size that is no multiple", /imgsz.*(96|128)/, () => [CHECKPOINT, "--imgsz", "100"]],
  ["an opset out of range", /onnx\/opset/, () => [CHECKPOINT, "--imgsz", "64", "--opset", "99"]],
  ["an unknown option", /usage.*unknow/i, () => [CHECKPOINT, "--unknow"]],
  ["a yaml without weights", /compile\/no-weights/, () => [join(SHAPES, "shapes.yaml")]],
])("%s: one error, exit code 2, nothing written or overwritten", async (_, message, argv) => {
  writeFileSync(output, "precious");
  const given = argv();
  const before = readdirSync(cli.folder);
  expect(await runCli([...given, "-o", output])).toBe(2);
  expect(cli.stderr).toMatch(message);
  expect(cli.stderr.match(/^error/gm)).toHaveLength(1);
  expect(readFileSync(output, "utf8")).toBe("precious");
  expect(readdirSync(cli.folder)).toEqual(before);
});

/** The trained detector with one weight that is no number. */
function unsound(): string {
  const checkpoint = openCheckpoint(openFile(CHECKPOINT));
  const name = "model.0.conv.weight";
  const { dtype, shape } = checkpoint.tensors.get(name)!;
  const read = () => ({ dtype, shape, data: new Uint16Array(elementCount(shape)).fill(0x7e00) });
  const tensors = new Map([...checkpoint.tensors, [name, { dtype, shape, read }]]);
  const converted = convertWeights({ checkpoint: { ...checkpoint, tensors }, output: "unsound.safetensors" });
  return file("unsound.safetensors", Buffer.concat([...converted.file.chunks()]));
}

test.each<[string, () => string[]]>([
  ["compile", () => [join(cli.folder, "none.pt")]],
  ["compile to nowhere", () => [CHECKPOINT, "-o", join(cli.folder, "none/out.onnx")]],
  ["verify", () => ["verify", join(cli.folder, "none.pt")]],
])("%s: files are opened before a GPU is looked for", async (_, argv) => {
  expect(await runCli([...argv(), "--require-gpu", "--provider", "cpu"])).toBe(2);
  expect(cli.stderr).toMatch(/^error (in|out)put\//);
});

test("what is not proven is refused: exit code 1, nothing written or overwritten, a report all the same", async () => {
  writeFileSync(output, "precious");
  const report = cli.at("report.xml");
  expect(await runCli([unsound(), "-o", output, "--imgsz", "64", "--report", report])).toBe(1);
  expect(cli.stdout).toMatch(/^FAILED: .* not finite\nnothing is written to .*out\.onnx\n/);
  expect(readFileSync(output, "utf8")).toBe("precious");
  expect(readdirSync(cli.folder).sort()).toEqual(["out.onnx", "report.xml", "unsound.safetensors"]);
  expect(readFileSync(report, "utf8")).toMatch(/failures="[1-9]/);
});

test("an output that cannot be written is said before anything is compiled", async () => {
  expect(await runCli([CHECKPOINT, "-o", join(cli.folder, "none/out.onnx")])).toBe(2);
  expect(cli.stderr).toMatch(/output\/unwritable.*folder does not exist/);
});
