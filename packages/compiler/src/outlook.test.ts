import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { loadNetwork } from "./compile-graphs.js";
import { namedYaml } from "./named-networks.js";
import { exportedTask, outlookOf } from "./outlook.js";
import { randomWeights } from "./random-weights.js";

test("a checkpoint with its yaml is of a family, a task, and compiles", () => {
  const checkpoint = openCheckpoint(bytesSource("s.pt", new Uint8Array(readFileSync(fixturePath("shapes/shapes.pt")))));
  expect(outlookOf(checkpoint)).toEqual({
    family: "YOLOv5",
    network: { name: "shapes", classes: 6 },
    task: "detect",
  });
  const { problem } = outlookOf(checkpoint, { nc: 9 });
  expect(problem?.message).toContain("6 of another shape");
});

test("weights that lack a part say why they do not compile", () => {
  const network = loadNetwork(namedYaml("yolov5n-cls"), undefined, { nc: 2 });
  const { checkpoint } = randomWeights(network, 1, { size: [64, 64] });
  expect(outlookOf(checkpoint)).toMatchObject({ network: { name: "yolov5n-cls", classes: 2 }, task: "classify" });
  const part = new Map([...checkpoint.tensors].filter(([name]) => !name.startsWith("model.9.")));
  expect(outlookOf({ ...checkpoint, tensors: part }).problem?.code).toBe("compile/no-yaml");
});

test.each([
  [[[1, 25200, 85]], {}, "detect"],
  [
    [
      [1, 25200, 117],
      [1, 32, 160, 160],
    ],
    {},
    "segment",
  ],
  [[[1, 1000]], { names: "{0: 'a'}" }, "classify"],
  [[[1, 56, 8400]], { task: "pose", kpt_shape: "[17, 3]" }, "pose"],
  [[[1, 20, 8400]], { task: "obb" }, "obb"],
  [[[1, 1000]], {}, undefined],
])("outputs %j with %j are of the task %s", (shapes, metadata, task) => {
  const outputs = shapes.map((shape, index) => ({ name: `output${index}`, shape }));
  expect(exportedTask({ outputs, metadata: new Map(Object.entries(metadata)) })).toBe(task);
});
