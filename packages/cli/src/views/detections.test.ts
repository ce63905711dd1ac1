import { expect, test } from "@jest/globals";
import { detectionDocument } from "./detections.js";

const found = { box: [20, 10, 60, 50], score: 0.75, classIndex: 0 } as const;
const written = (detections: Parameters<typeof detectionDocument>[0]["detections"]) =>
  detectionDocument({ image: "a.jpg", drawn: undefined, detections, letterboxed: [], masks: [], elapsedMs: 1 }, ["a"])
    .detections;

test("the document has keypoints, and rotated boxes with their corners", () => {
  const rotated = { center: [40, 30], size: [40, 20], angle: 0 } as const;
  const keypoints = [
    { x: 1, y: 2, score: 0.5 },
    { x: 3, y: 4 },
  ];
  const plain = { class: 0, name: "a", score: 0.75, box: [20, 10, 60, 50] };
  expect(written([found, { ...found, keypoints }, { ...found, rotated }])).toEqual([
    plain,
    { ...plain, keypoints },
    {
      ...plain,
      rotated: {
        ...rotated,
        corners: [
          [60, 40],
          [60, 20],
          [20, 20],
          [20, 40],
        ],
      },
    },
  ]);
});
