import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";
import { textWidth } from "./text-width.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");
const PICTURE = fixturePath("shapes/pictures/portrait.jpg");

const cli = watchCli();
const { isTTY, columns } = process.stdout;

beforeEach(() => {
  process.stdout.isTTY = true;
});
afterEach(() => {
  process.stdout.isTTY = isTTY;
  process.stdout.columns = columns;
});

test.each([80, 100, 120])("nothing is wider than a terminal of %i columns", async (width) => {
  process.stdout.columns = width;
  const small = ["--imgsz", "64"];
  expect(await runCli(["summary", CHECKPOINT])).toBe(0);
  expect(await runCli([CHECKPOINT, ...small, "--half", "--images", PICTURE, "-o", cli.at("a.onnx")])).toBe(0);
  expect(await runCli(["verify", CHECKPOINT, ...small, "--budget", "--images", PICTURE])).toBe(0);
  expect(await runCli(["detect", cli.at("a.onnx"), PICTURE, "--no-draw"])).toBe(0);
  const wide = cli.stdout.split("\n").filter((line) => textWidth(line.trimEnd()) > width);
  expect(wide).toEqual([]);
  expect(cli.stdout.split("\n").length).toBeGreaterThan(80);
});
