import { readFileSync } from "node:fs";
import { fixturePath } from "./fixtures.js";

/** A yaml that compiles with random weights, and an image size that it can run. */
export interface SmallDetector {
  readonly config: { readonly file: string; readonly text: string };
  readonly size: readonly [number, number];
}

const HEAD = "[[17, 20, 23], 1, Detect, [nc, anchors]]";

const ULTRALYTICS = `nc: 3
scales: {n: [1, 1, 1024]}
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
head:
  - [[2, 3], 1, Detect, [nc]]
`;

/** A detector, a segmenter, a detector of four levels one of Ultralytics' and an EfficientViT hybrid, each the smallest of its kind. */
export function smallDetectors(): ReadonlyMap<string, SmallDetector> {
  const [shapes, hybrid] = ["shapes/shapes.yaml", "efficientvit/detector.yaml"].map((file) =>
    readFileSync(fixturePath(file), "utf8"),
  ) as [string, string];
  const of = (file: string, text: string, size: readonly [number, number]): SmallDetector => ({
    config: { file, text },
    size,
  });
  const fourth = "  - [[17, 20, 23, 23], 1, Detect, [nc, anchors]]";
  return new Map([
    ["a detector", of("shapes.yaml", shapes, [64, 96])],
    [
      "a segmenter",
      of("segment.yaml", shapes.replace(HEAD, "[[17, 20, 23], 1, Segment, [nc, anchors, 4, 32]]"), [64, 64]),
    ],
    [
      "a detector of four levels",
      of(
        "four.yaml",
        shapes.replace(`  - ${HEAD}`, fourth).replace("  - [68, 77", "  - [50, 60, 70, 60, 60, 70]\n  - [68, 77"),
        [64, 64],
      ),
    ],
    ["an Ultralytics detector", of("ultralytics.yaml", ULTRALYTICS, [64, 64])],
    ["an EfficientViT hybrid", of("hybrid.yaml", hybrid, [96, 160])],
  ]);
}
