import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();
const PICTURES = ["portrait.jpg", "square.jpg"].map((name) => fixturePath(`shapes/pictures/${name}`));

test("a classifier says what pictures show, by name, five classes at most", async () => {
  const [names, output] = [join(cli.folder, "data.yaml"), join(cli.folder, "classes.onnx")];
  writeFileSync(names, "names: [ant, bee, cat, dog, eel, fox, gnu]");
  const compile = ["yolov5n-cls", "--random-weights", "1", "--names", names, "--imgsz", "64", "--no-verify"];
  expect(await runCli([...compile, "-o", output])).toBe(0);
  cli.stdout = "";
  expect(await runCli(["classify", output, ...PICTURES, "--json"])).toBe(0);
  const { images, imgsz } = JSON.parse(cli.stdout);
  expect(imgsz).toEqual([64, 64]);
  for (const { classes } of images) {
    expect(classes).toHaveLength(5);
    const scores = classes.map(({ score }: { score: number }) => score);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    expect(scores[0]).toBeLessThanOrEqual(1);
    for (const { class: index, name } of classes)
      expect(name).toBe(["ant", "bee", "cat", "dog", "eel", "fox", "gnu"][index]);
  }
  cli.stdout = "";
  const broken = join(cli.folder, "broken.jpg");
  writeFileSync(broken, "no picture");
  expect(await runCli(["detect", output, PICTURES[0]!, broken])).toBe(2);
  const best: string = images[0].classes[0].name;
  expect(cli.stdout).toMatch(
    new RegExp(`portrait.jpg: ${best} .*\\n +class +probability\\n +${best} +${images[0].classes[0].score.toFixed(3)}`),
  );
  expect(cli.stderr).toContain("image/unreadable");
});
