import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");

const cli = watchCli();
const { at } = cli;

const compile = (output: string, input = CHECKPOINT): Promise<number> =>
  runCli([input, "-o", output, "--imgsz", "64", "--no-verify"]);

const hasPipes = process.platform !== "win32";
const posix = hasPipes ? test : test.skip;
const why = hasPipes ? "" : " (skipped: Windows has no such files)";

function makePipe(name: string): string {
  expect(spawnSync("mkfifo", [at(name)]).status).toBe(0);
  return at(name);
}

posix(`a device, a pipe and a socket are not replaced${why}`, async () => {
  const device = statSync("/dev/null").rdev;
  const pipe = makePipe("pipe");
  const server = createServer().listen(at("socket"));
  try {
    symlinkSync("/dev/null", at("link.onnx"));
    for (const [output, kind] of [
      ["/dev/null", "a device"],
      [at("link.onnx"), "a device"],
      [pipe, "a pipe"],
      [at("socket"), "a socket"],
    ] as const) {
      cli.stderr = "";
      expect(await compile(output)).toBe(2);
      expect(cli.stderr).toMatch(`error output/unwritable: cannot write ${output}: it is ${kind}`);
    }
    expect([statSync("/dev/null").rdev, lstatSync(pipe).isFIFO(), lstatSync(at("socket")).isSocket()]).toEqual([
      device,
      true,
      true,
    ]);
  } finally {
    server.close();
  }
});

posix(`a pipe, a device or a socket that is to be read is refused, not waited for${why}`, async () => {
  const pipe = makePipe("pipe.pt");
  for (const argv of [
    [pipe],
    ["inspect", pipe],
    ["summary", pipe],
    ["verify", pipe],
    ["convert", pipe, "-o", at("w.bin")],
    ["detect", pipe, "a.jpg"],
  ]) {
    cli.stderr = "";
    expect(await runCli(argv)).toBe(2);
    expect(cli.stderr).toMatch(/error input\/unreadable: .* it is a pipe, not a file - save what it gives first: cat/);
  }
  expect(await runCli(["inspect", "/dev/zero"])).toBe(2);
  expect(cli.stderr).toMatch(/it is a device, not a file/);
});

test("an output that is a link replaces the file it leads to, one to nothing is refused", async () => {
  writeFileSync(at("real.onnx"), "old");
  symlinkSync("real.onnx", at("link.onnx"));
  symlinkSync("nothing", at("dangling.onnx"));
  expect(await compile(at("link.onnx"))).toBe(0);
  expect(lstatSync(at("link.onnx")).isSymbolicLink()).toBe(true);
  expect(readFileSync(at("real.onnx")).length).toBeGreaterThan(1000);
  expect(await compile(at("dangling.onnx"))).toBe(2);
  expect(cli.stderr).toMatch(/dangling\.onnx: it is a link to nothing/);
});

test("an input is not replaced, by whatever name", async () => {
  copyFileSync(CHECKPOINT, at("best.pt"));
  const before = readFileSync(at("best.pt"));
  symlinkSync("best.pt", at("link.onnx"));
  linkSync(at("best.pt"), at("hard.onnx"));
  mkdirSync(at("below"));
  for (const output of ["best.pt", "link.onnx", "hard.onnx", "below/../best.pt"].map(at)) {
    cli.stderr = "";
    expect(await compile(output, at("best.pt"))).toBe(2);
    expect(cli.stderr).toMatch(/usage: --output .* is an input file/);
  }
  linkSync(at("best.pt"), at("hard.html"));
  linkSync(at("best.pt"), at("hard.bin"));
  expect(await runCli([at("best.pt"), "-o", at("new.onnx"), "--report", at("hard.html")])).toBe(2);
  expect(await runCli(["verify", at("best.pt"), "--report", at("hard.html")])).toBe(2);
  expect(await runCli(["convert", at("best.pt"), "-o", at("hard.bin")])).toBe(2);
  expect(readFileSync(at("best.pt")).equals(before)).toBe(true);
});

test("neither the model nor any of the pictures is drawn over, by whatever name", async () => {
  expect(await compile(at("model.onnx"))).toBe(0);
  mkdirSync(at("drawn"));
  copyFileSync(fixturePath("shapes/pictures/portrait.jpg"), at("a.jpg"));
  copyFileSync(at("a.jpg"), at("b.jpg"));
  linkSync(at("b.jpg"), at("drawn/a.detected.jpg"));
  linkSync(at("model.onnx"), at("drawn/b.txt"));
  const detect = (...options: readonly string[]): Promise<number> =>
    runCli(["detect", at("model.onnx"), at("a.jpg"), at("b.jpg"), "-o", at("drawn"), ...options]);
  expect(await detect()).toBe(2);
  expect(cli.stderr).toMatch(/usage: --output .*a\.detected\.jpg is an input file/);
  expect(await detect("--no-draw", "--save-txt")).toBe(2);
  expect(cli.stderr).toMatch(/usage: --save-txt .*b\.txt is an input file/);
  expect(readFileSync(at("b.jpg")).equals(readFileSync(at("a.jpg")))).toBe(true);
});

test("names of up to 255 bytes are written, longer ones are refused with the reason", async () => {
  const longest = `${"a".repeat(250)}.onnx`;
  expect(await compile(at(longest))).toBe(0);
  expect(readdirSync(cli.folder)).toEqual([longest]);
  expect(await compile(at(`a${longest}`))).toBe(2);
  expect(cli.stderr).toMatch(/its name is too long/);
});

test("what follows -- are files, whatever they are called", async () => {
  const here = process.cwd();
  copyFileSync(CHECKPOINT, at("-x.pt"));
  copyFileSync(CHECKPOINT, at("true"));
  process.chdir(cli.folder);
  try {
    expect(await runCli(["-o", "out.onnx", "--no-verify", "--imgsz", "64", "--", "-x.pt"])).toBe(0);
    expect(await runCli(["summary", "--", "true"])).toBe(0);
    expect(await runCli(["convert", "-o=-w.bin", "--", "-x.pt"])).toBe(0);
    expect(readdirSync(".").sort()).toEqual(["-w.bin", "-x.pt", "out.onnx", "true"]);
  } finally {
    process.chdir(here);
  }
});

test("a name that is no UTF-8 is not found, with the reason", async () => {
  expect(await runCli(["inspect", at("b\ufffd.pt")])).toBe(2);
  expect(cli.stderr).toMatch(/there is no such file - a name that is not UTF-8 is not found: rename it/);
});

test("a picture that cannot be read does not keep others from being looked at", async () => {
  expect(await compile(at("model.onnx"))).toBe(0);
  const good = fixturePath("shapes/pictures/portrait.jpg");
  writeFileSync(at("a.bmp"), "BM no picture");
  writeFileSync(at("b.jpg"), readFileSync(good).subarray(0, 500));
  cli.stdout = "";
  const pictures = [at("a.bmp"), at("b.jpg"), at("none.png"), good];
  mkdirSync(at("drawn"));
  expect(await runCli(["detect", at("model.onnx"), ...pictures, "-o", at("drawn"), "--json"])).toBe(2);
  const { images } = JSON.parse(cli.stdout);
  expect(images.map(({ error }: { error?: { code: string } }) => error?.code)).toEqual([
    "image/format",
    "image/unreadable",
    "input/unreadable",
    undefined,
  ]);
  expect(readdirSync(at("drawn"))).toEqual(["portrait.detected.jpg"]);
  expect(await runCli(["detect", at("model.onnx"), good, "-o", at("drawn")])).toBe(0);
  mkdirSync(at("folder"));
  copyFileSync(good, at("folder/good.jpg"));
  symlinkSync("nothing", at("folder/link.jpg"));
  expect(await runCli(["detect", at("model.onnx"), at("folder"), "--no-draw"])).toBe(2);
  expect(cli.stderr).toMatch(/error input\/unreadable: cannot read .*link\.jpg: there is no such file/);
  const verify = ["verify", at("model.onnx"), at("model.onnx"), "--images"];
  cli.stderr = "";
  expect(await runCli([...verify, at("a.bmp"), at("b.jpg"), good])).toBe(0);
  expect(cli.stderr.match(/^warning image\/unreadable/gm)).toHaveLength(2);
  expect(await runCli([...verify, at("a.bmp"), at("b.jpg")])).toBe(2);
  expect(existsSync(at("a.detected.bmp"))).toBe(false);
});
