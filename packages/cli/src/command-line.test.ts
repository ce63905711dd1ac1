import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");
const PICTURE = fixturePath("shapes/pictures/portrait.jpg");
const FAST = ["--imgsz", "64", "--no-verify"];

const cli = watchCli();

test.each<[readonly string[], RegExp]>([
  [["best.pt", "--imgz", "320"], /unknown argument: imgz - did you mean --imgsz or --img\?/],
  [["verify", "a.onnx", "b.onnx", "--max-imges", "3"], /unknown argument: max-imges - did you mean --max-images/],
  [["detect", "a.onnx", "a.jpg", "--agnostc"], /unknown argument: agnostc - did you mean --agnostic/],
  [["best.pt", "--zzzzzzzzzzzz"], /unknown argument: zzzzzzzzzzzz - --help lists what there is/],
  [["verfy", "a.onnx", "b.onnx"], /there is no command verfy - did you mean yolo-compile verify a\.onnx b\.onnx\?/],
  [["sumary", "yolov5s"], /there is no command sumary - did you mean yolo-compile summary yolov5s\?/],
  [["a.pt", "--imgsz", "640", "--imgsz", "320"], /--imgsz is given twice: 640 and 320 - --imgsz 640 320 is a height/],
  [["a.pt", "--imgsz", "640", "--img=320"], /--imgsz is given twice: 640 and 320/],
  [["a.pt", "-o", "a.onnx", "--output", "b.onnx"], /--output is given twice: a\.onnx and b\.onnx - give it once/],
  [["a.pt", "--opset", "13", "--opset", "17"], /--opset is given twice: 13 and 17/],
  [["a.pt", "--quiet", "--verbose"], /quiet and verbose are mutually exclusive/],
])("%j: what is wrong, and what may be meant", async (argv, message) => {
  expect(await runCli(argv)).toBe(2);
  expect(cli.stderr).toMatch(message);
  expect(cli.stderr.match(/^error usage/gm)).toHaveLength(1);
});

test("a file may be called nearly as a command, and what lists may be given again", async () => {
  const here = process.cwd();
  process.chdir(cli.folder);
  try {
    writeFileSync("verfy", "nothing");
    expect(await runCli(["verfy"])).toBe(2);
    expect(cli.stderr).toMatch(/error compile\/family: verfy/);
    expect(await runCli([CHECKPOINT, ...FAST, "--dynamic", "height", "--dynamic", "width", "-q"])).toBe(0);
    expect(readdirSync(".").sort()).toEqual(["shapes.onnx", "verfy"]);
  } finally {
    process.chdir(here);
  }
});

test("an output that is a folder gets a file of the usual name", async () => {
  mkdirSync(cli.at("models"));
  expect(await runCli([CHECKPOINT, ...FAST, "-o", cli.at("models")])).toBe(0);
  expect(readdirSync(cli.at("models"))).toEqual(["shapes.onnx"]);
  expect(cli.stdout).not.toMatch(/in place of/);
  cli.stdout = "";
  expect(await runCli([CHECKPOINT, ...FAST, "-o", `${cli.at("models")}/`])).toBe(0);
  expect(cli.stdout).toMatch(/^wrote .*models.shapes\.onnx, .*, in place of the one that was there$/m);
});

test.each([
  ["none/", /there is no such folder - mkdir -p/],
  [
    "best.engine",
    /an ONNX model is written, which is no \.engine file - -o shapes\.onnx, then trtexec --onnx=shapes\.onnx/,
  ],
  ["best.wts", /then yolo-compile convert WEIGHTS -o .*best\.wts/],
])("-o %s is refused", async (name, message) => {
  expect(await runCli([CHECKPOINT, ...FAST, "-o", join(cli.folder, name)])).toBe(2);
  expect(cli.stderr).toMatch(message);
  expect(readdirSync(cli.folder)).toEqual([]);
});

test("--imgsz of a model whose size is fixed is refused, unless it is that", async () => {
  expect(await runCli([CHECKPOINT, ...FAST, "-o", cli.at("a.onnx")])).toBe(0);
  const detect = ["detect", cli.at("a.onnx"), PICTURE, "--no-draw", "--imgsz"];
  expect(await runCli([...detect, "320"])).toBe(2);
  expect(cli.stderr).toMatch(/--imgsz 320 320: .*a\.onnx takes pictures of 64x64, which is fixed - leave --imgsz out/);
  expect(await runCli([...detect, "64"])).toBe(0);
});

test("--quiet leaves the verdict, --verbose tells each step", async () => {
  const compile = [CHECKPOINT, "--imgsz", "64", "-o", cli.at("a.onnx")];
  expect(await runCli([...compile, "--half", "--quiet"])).toBe(0);
  expect([cli.stdout, cli.stderr]).toEqual([
    expect.stringMatching(/^PASSED: differs by \S+ of \S+ \(\w+\), \S+ times less than allowed\n$/),
    "",
  ]);
  cli.stdout = "";
  expect(await runCli([...compile, "--verbose"])).toBe(0);
  expect(cli.stdout).toMatch(/^PASSED: .*\nwrote /);
  expect(cli.stderr).toMatch(/^ +\d+\.\d\d s {2}reading the weights\n/);
  expect(cli.stderr).toMatch(/verifying: the optimised graph runs on cpu/);
});

test.each(["", "summary", "inspect", "convert", "detect", "verify", "bench", "modules", "providers"])(
  "%s --help has examples, and no column runs into another at any width",
  async (command) => {
    const { columns } = process.stdout;
    try {
      for (let width = 60; width <= 110; width += command ? 10 : 1) {
        cli.stdout = "";
        process.stdout.columns = width;
        expect(await runCli([...(command ? [command] : []), "--help"])).toBe(0);
        expect(cli.stdout).toMatch(/^Examples:\n {2}# .+\n {2}yolo-compile /m);
        expect(cli.stdout).not.toMatch(/[^\s[]\[(array|boolean|number|string|default|choices)/);
        for (const line of cli.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Math.max(width, 86));
      }
    } finally {
      process.stdout.columns = columns;
    }
  },
);
