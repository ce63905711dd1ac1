import { expect, test } from "@jest/globals";
import { outputsOf } from "./outputs-of.js";

type Shape = readonly (number | string)[];

const told = (metadata: Readonly<Record<string, string>>, ...shapes: readonly Shape[]) =>
  outputsOf({
    outputs: shapes.map((shape, index) => ({ name: `output${index}`, shape })),
    metadata: new Map(Object.entries(metadata)),
  })?.map(({ output, axis, parts }) => [
    output,
    axis,
    parts.map(({ name, kind, count }) => `${count} ${name} ${kind}`).join(", "),
  ]);

const CENTER = "2 center pixels, 2 size pixels";
const CHOSEN = "4 corners pixels, 1 score probability, 1 label label";

test.each<[Record<string, string>, Shape[], [string, number, string][]]>([
  [{ task: "detect" }, [[1, 84, 8400]], [["output0", 1, `${CENTER}, 80 classes probability`]]],
  [{ task: "detect" }, [["batch", 84, "anchors"]], [["output0", 1, `${CENTER}, 80 classes probability`]]],
  [{ task: "detect" }, [[1, 300, 6]], [["output0", 2, CHOSEN]]],
  [
    { task: "segment" },
    [
      [1, 41, 8400],
      [1, 32, 160, 160],
    ],
    [
      ["output0", 1, `${CENTER}, 5 classes probability, 32 masks coefficient`],
      ["output1", 1, "32 prototypes coefficient"],
    ],
  ],
  [
    { task: "segment" },
    [
      [1, 300, 38],
      [1, 32, 160, 160],
    ],
    [
      ["output0", 2, `${CHOSEN}, 32 masks coefficient`],
      ["output1", 1, "32 prototypes coefficient"],
    ],
  ],
  [
    { task: "pose", kpt_shape: "[2, 3]" },
    [[1, 11, 8400]],
    [
      [
        "output0",
        1,
        `${CENTER}, 1 classes probability, 2 keypoints pixels, 1 keypoints probability, 2 keypoints pixels, 1 keypoints probability`,
      ],
    ],
  ],
  [{ task: "pose", kpt_shape: "(5, 2)" }, [[1, 300, 16]], [["output0", 2, `${CHOSEN}, 10 keypoints pixels`]]],
  [{ task: "obb" }, [[1, 20, 8400]], [["output0", 1, `${CENTER}, 15 classes probability, 1 rotation angle`]]],
  [{ task: "obb" }, [[1, 300, 7]], [["output0", 2, `${CENTER}, 1 score probability, 1 label label, 1 rotation angle`]]],
  [{ task: "classify" }, [[1, 1000]], [["output0", 1, "1000 classes probability"]]],
])("%j %j", (metadata, shapes, layouts) => {
  expect(told(metadata, ...shapes)).toEqual(layouts);
});

test.each<[Record<string, string>, Shape[]]>([
  [{}, [[1, 84, 8400]]],
  [{ task: "depth" }, [[1, 84, 8400]]],
  [{ task: "detect" }, []],
  [{ task: "detect" }, [[1, 4, 8400]]],
  [{ task: "detect" }, [[1, "columns", 8400]]],
  [{ task: "segment" }, [[1, 41, 8400]]],
  [{ task: "pose" }, [[1, 56, 8400]]],
  [{ task: "classify" }, [[1, 1000, 1, 1]]],
])("%j %j has no layout", (metadata, shapes) => {
  expect(told(metadata, ...shapes)).toBeUndefined();
});
