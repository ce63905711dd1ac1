import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const SHAPES = fixturePath("shapes/");
const CHECKPOINT = join(SHAPES, "shapes.pt");
const SQUARE = join(SHAPES, "pictures/square.jpg");

const cli = watchCli();

interface Document {
  readonly images: readonly {
    readonly detections: readonly { readonly box: readonly number[]; readonly class: number }[];
  }[];
}

const detected = async (
  model: string,
  ...options: readonly string[]
): Promise<Document["images"][number]["detections"]> => {
  expect(await runCli(["detect", model, SQUARE, "--no-draw", "--json", ...options])).toBe(0);
  const { images }: Document = JSON.parse(cli.stdout);
  return images[0]!.detections;
};

describe("detect finds the same on a model that ends in", () => {
  test.each([
    ["--head", "raw"],
    ["--head", "sigmoid"],
    ["--head", "split", "--boxes", "xywh"],
    ["--top", "300"],
    ["--nms", "onnx"],
  ])("%s %s %s %s", async (...options) => {
    const models = [cli.at("plain.onnx"), cli.at("ending.onnx")] as const;
    const given = ["--imgsz", "160", "--no-verify"];
    expect(await runCli([CHECKPOINT, ...given, "-o", models[0]])).toBe(0);
    expect(await runCli([CHECKPOINT, ...given, "-o", models[1], ...options])).toBe(0);
    cli.stdout = "";
    const wanted = await detected(models[0]);
    cli.stdout = "";
    expect(wanted.length).toBeGreaterThan(3);
    expect(await detected(models[1])).toEqual(
      wanted.map((each) => ({
        ...each,
        score: expect.anything(),
        box: each.box.map((side) => expect.closeTo(side, 1)),
      })),
    );
  });
});

test("detect takes a checkpoint, a pattern and a folder, and writes labels of some classes", async () => {
  const folder = cli.at("out");
  mkdirSync(folder);
  const options = ["--imgsz", "320", "-o", folder, "--save-txt", "--classes", "0", "2"];
  expect(await runCli(["detect", CHECKPOINT, join(SHAPES, "pictures/s*.jpg"), ...options])).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(["square.detected.jpg", "square.txt"]);
  const lines = readFileSync(join(folder, "square.txt"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => line.split(" ")[0])).toEqual(["0", "2", "2", "2"]);
  for (const line of lines) {
    const [, ...shares] = line.split(" ").map(Number);
    expect(shares).toHaveLength(4);
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
  }
  expect(await runCli(["detect", CHECKPOINT, join(SHAPES, "pictures"), "--imgsz", "64", "--no-draw"])).toBe(0);
  for (const name of ["crowd", "gallery", "portrait", "square"]) expect(cli.stdout).toContain(`${name}.jpg: `);
});

test.each([
  [["--boxes", "xywh"], "--boxes xywh is about --head split"],
  [["--max-det", "5"], "--max-det is about suppression inside the graph"],
  [["--masks", "image"], "--masks is about suppression inside the graph"],
  [["--nms", "onnx", "--masks", "image"], "ends in no segmenter whose masks can be put together"],
  [["--conf", "0.5"], "--conf is about suppression inside the graph"],
  [["--nms", "onnx", "--head", "raw"], "--nms onnx suppresses decoded boxes"],
  [["--nms", "onnx", "--conf", "2"], "--conf is 2, expected a number from 0 to 1"],
  [["--top", "0"], "--top is 0, expected a whole number from 1 on"],
  [["--top", "5", "--head", "raw"], "--top chooses among decoded boxes"],
])("%j is refused", async (options, message) => {
  expect(await runCli([CHECKPOINT, "-o", cli.at("out.onnx"), "--imgsz", "64", ...options])).toBe(2);
  expect(cli.stderr).toContain(message);
});

test.each([
  [["--save-conf"], "--save-conf adds scores to label files"],
  [["--classes", "-1"], "--classes has -1"],
])("detect refuses %j", async (options, message) => {
  expect(await runCli(["detect", CHECKPOINT, SQUARE, "--imgsz", "64", "--no-draw", ...options])).toBe(2);
  expect(cli.stderr).toContain(message);
});

test("a pattern that matches nothing is said", async () => {
  expect(await runCli(["detect", CHECKPOINT, join(SHAPES, "pictures/z*.jpg")])).toBe(2);
  expect(cli.stderr).toContain("matches");
});

test.each([
  ["yolov8n-pose", "keypoints", ["--nms", "onnx"]],
  ["yolov8n-pose", "keypoints", ["--head", "split"]],
  ["yolov8n-obb", "rotation", ["--nms", "onnx"]],
])("boxes of %s are not parted from their %s by %s", async (network, part, options) => {
  const given = ["--random-weights", "1", "--imgsz", "64", "--no-verify", "-o", cli.at("x.onnx")];
  expect(await runCli([network, ...given, ...options])).toBe(2);
  expect(cli.stderr).toMatch(new RegExp(`network/head: the outputs are .*${part}, expected upright boxes`));
});
