import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { CPU } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { compareDetections, type Detection } from "@yolo-compile/vision";
import { detectionVerdict, INT8_PROMISE } from "../precision/same-detections.js";
import { ProofFailure } from "./proof-failure.js";

const config = { file: "shapes.yaml", text: readFileSync(fixturePath("shapes/shapes.yaml"), "utf8") };
const graphs = compileGraphs({ config, randomWeights: 1, size: [64, 64], batch: 1, passes: "none" });

/** The verdict of int8 on as many equal boxes as `right`, and as many that overlap by about 0.8 as `shifted`. */
function verdictOn(right: number, shifted: number) {
  const detection = (left: number): Detection => ({ box: [left, 0, left + 100, 50], score: 0.9, classIndex: 0 });
  const places = Array.from({ length: right + shifted }, (_, index) => 200 * index);
  const reference = { detections: places.map(detection), masks: [] };
  const found = {
    detections: places.map((left, index) => detection(index < right ? left : left + 10)),
    masks: [],
  };
  const comparison = compareDetections(reference, found, INT8_PROMISE);
  return detectionVerdict([{ picture: "a.jpg", provider: "cpu", expected: places.length, comparison }], INT8_PROMISE);
}

function failureOf(detections: ReturnType<typeof verdictOn>): ProofFailure {
  const { tolerance } = CPU;
  const verification = {
    ok: true,
    provider: "cpu",
    tolerance,
    comparisons: [],
    judged: [],
    illConditioned: [],
    renamed: [],
  };
  const precision = { kind: "int8", lowered: 1, kept: [], audited: [], detections } as const;
  return new ProofFailure({ graphs, precision, byteLength: 0, verification, notes: [] });
}

test("int8 that finds every object, but too many elsewhere, is told in shares", () => {
  expect(verdictOn(9, 1).ok).toBe(true);
  expect(failureOf(verdictOn(7, 2)).message).toMatch(
    /the graph in int8 puts boxes elsewhere: 78 % overlap by 0.9, 90 % have to - --int8-budget leaves rows in float32/,
  );
});

test("int8 that nothing was found by is told so", () => {
  expect(failureOf(verdictOn(0, 0)).message).toMatch(
    /nothing proves the graph in int8: the network finds no object on any picture/,
  );
});
