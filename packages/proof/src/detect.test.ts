import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Tensor } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { cornersOf, hasAnyBoxes, hasBoxes, type SuppressionOptions } from "@yolo-compile/vision";
import { readDetections } from "./detect.js";
import { readOutputs } from "./endings/read-outputs.js";

type Pair = readonly [number, number];

/** As scripts/make_ultralytics_detect_goldens.py writes it: sizes are height and width, a rotated box is x, y, width, height, angle. */
interface Goldens {
  readonly size: Pair;
  readonly picture: Pair;
  readonly cases: readonly {
    readonly task: "pose" | "obb";
    readonly form: "decoded" | "chosen";
    readonly kpt_shape: Pair | null;
    readonly options: SuppressionOptions;
    readonly shape: readonly number[];
    readonly output: readonly number[];
    readonly found: {
      readonly scores: readonly number[];
      readonly labels: readonly number[];
      readonly keypoints?: readonly (readonly (readonly number[])[])[];
      readonly rotated?: readonly (readonly number[])[];
      readonly corners?: readonly (readonly Pair[])[];
    };
  }[];
}

const goldens = JSON.parse(readFileSync(fixturePath("ultralytics-detect.json"), "utf8")) as Goldens; // our own file, of the form that the script writes

/** Four decimals in the goldens, and float32 arithmetic on hundreds of pixels. */
const PIXELS = 2e-4;

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(0, ...found.map((value, index) => Math.abs(value - expected[index]!)))).toBeLessThan(PIXELS);
}

const sizeOf = ([height, width]: Pair) => ({ height, width });

function detect({ task, kpt_shape, shape, output, options }: Goldens["cases"][number], isOfDetections = hasAnyBoxes) {
  const tensor: Tensor = { dtype: "f32", shape, data: Float32Array.from(output) };
  const metadata = new Map([
    ["task", task],
    ...(kpt_shape ? [["kpt_shape", `[${kpt_shape.join(", ")}]`] as const] : []),
  ]);
  const read = readOutputs(new Map([["output0", tensor]]), metadata);
  const { width, height } = sizeOf(goldens.picture);
  const picture = { width, height, data: new Uint8Array(width * height * 3) };
  return readDetections(read, sizeOf(goldens.size), [picture], options, isOfDetections)?.[0];
}

describe.each(
  goldens.cases.map((golden) => [`${golden.task}, ${golden.form} [${golden.shape.join(",")}]`, golden] as const),
)("%s", (_, golden) => {
  const { found: expected } = golden;

  test("finds what ultralytics finds", () => {
    const { detections } = detect(golden)!;
    expect(expected.scores.length).toBeGreaterThan(2);
    expect(detections.map(({ classIndex }) => classIndex)).toEqual(expected.labels);
    expectNear(
      detections.map(({ score }) => score),
      expected.scores,
    );
    const points = detections.flatMap(({ keypoints = [] }) =>
      keypoints.flatMap(({ x, y, score = [] }) => [x, y].concat(score)),
    );
    expectNear(points, (expected.keypoints ?? []).flat(2));
    const rotated = detections.flatMap((each) => (each.rotated ? [each.rotated] : []));
    expectNear(
      rotated.flatMap(({ center, size, angle }) => [...center, ...size, angle]),
      (expected.rotated ?? []).flat(),
    );
    expectNear(rotated.flatMap(cornersOf).flat(), (expected.corners ?? []).flat(2));
  });
});

test("only who asks for rotated boxes gets them", () => {
  const golden = goldens.cases.find(({ task }) => task === "obb")!;
  expect(detect(golden, hasBoxes)).toBeUndefined();
});
