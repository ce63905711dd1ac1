import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareDetections, type DetectedObjects, SAME_DETECTIONS } from "./compare-detections.js";
import type { Box, Detection } from "./detection.js";
import type { Mask } from "./masks.js";
import { boxOverlap, maskOverlap } from "./overlap.js";

const at = (x: number, score: number, classIndex = 0): Detection => ({ box: [x, 0, x + 100, 100], score, classIndex });
const objects = (...detections: Detection[]): DetectedObjects => ({ detections, masks: [] });
const moved = (detection: Detection, by: number): Detection => {
  const [x1, y1, x2, y2] = detection.box;
  return { ...detection, box: [x1 + by, y1, x2 + by, y2] };
};
const cat = at(0, 0.9, 1);
const dog = at(200, 0.8, 2);
const hat = at(400, 0.7, 3);

test("equal lists match one to one and are the same", () => {
  const compared = compareDetections(objects(cat, dog, hat), objects(cat, dog, hat));
  expect(compared.ok).toBe(true);
  expect(compared.matched).toEqual(
    [0, 1, 2].map((index) => ({ reference: index, candidate: index, iou: 1, scoreDelta: 0, ok: true })),
  );
  expect(compared.worst).toEqual({ iou: 1, scoreDelta: 0 });
  expect(compared.tolerance).toEqual(SAME_DETECTIONS);
});

test("nothing and nothing are the same", () => {
  expect(compareDetections(objects(), objects()).ok).toBe(true);
});

test("a box may move as far as the least overlap allows", () => {
  // A box of 100 pixels that moves by d keeps (100 - d) / (100 + d).
  const near = compareDetections(objects(cat), objects(moved(cat, 0.4)));
  const far = compareDetections(objects(cat), objects(moved(cat, 0.6)));
  expect([near.ok, far.ok]).toEqual([true, false]);
  expect(far.worst.iou).toBeCloseTo(99.4 / 100.6, 10);
  expect(far.matched).toHaveLength(1);
  expect(compareDetections(objects(cat), objects(moved(cat, 0.6)), { minIou: 0.9 }).ok).toBe(true);
});

test("a box that shares less than half is another object", () => {
  const compared = compareDetections(objects(cat), objects(moved(cat, 40)));
  expect(compared).toMatchObject({ ok: false, matched: [], missing: [0], extra: [0] });
});

test("a score may change by as much as is allowed", () => {
  const rescored = (by: number) => compareDetections(objects(cat), objects({ ...cat, score: cat.score - by }));
  expect(rescored(0.0009).ok).toBe(true);
  expect(rescored(0.002)).toMatchObject({ ok: false, missing: [], extra: [] });
  expect(rescored(0.002).worst.scoreDelta).toBeCloseTo(0.002, 10);
});

test("a score that is no number is not the same", () => {
  expect(compareDetections(objects(cat), objects({ ...cat, score: Number.NaN })).ok).toBe(false);
});

test("an object of one list alone is missing or extra", () => {
  expect(compareDetections(objects(cat, dog, hat), objects(cat, hat))).toMatchObject({
    ok: false,
    missing: [1],
    extra: [],
  });
  expect(compareDetections(objects(cat, hat), objects(cat, dog, hat))).toMatchObject({
    ok: false,
    missing: [],
    extra: [1],
  });
});

test("the same box under another class is a change of class, not an object gone and one come", () => {
  const compared = compareDetections(objects(cat, dog), objects({ ...cat, classIndex: 5 }, dog));
  expect(compared).toMatchObject({ ok: false, missing: [], extra: [], classChanges: [{ reference: 0, candidate: 0 }] });
});

test("of two boxes in one place each finds its own class", () => {
  const other = { ...cat, classIndex: 5, score: 0.85 };
  const compared = compareDetections(objects(cat, other), objects(cat, other));
  expect(compared).toMatchObject({ ok: true, classChanges: [] });
});

test("boxes that overlap find the partner that fits best", () => {
  const crowd = [at(0, 0.9), at(30, 0.8), at(60, 0.7)];
  const compared = compareDetections(objects(...crowd), objects(...crowd.map((each) => moved(each, 0.1))));
  expect(compared.ok).toBe(true);
  expect(compared.matched.map(({ candidate }) => candidate)).toEqual([0, 1, 2]);
});

test("objects that pass one another are changes of order, those beside them are not", () => {
  const compared = compareDetections(objects(cat, dog, hat), objects({ ...dog, score: 0.95 }, cat, hat));
  expect(compared.ok).toBe(false);
  expect(compared.orderChanges).toMatchObject([
    { reference: 0, referenceRank: 0, candidateRank: 1 },
    { reference: 1, referenceRank: 1, candidateRank: 0 },
  ]);
});

test("ties may stand in any order", () => {
  const [a, b] = [at(0, 0.5), at(200, 0.4995)];
  const compared = compareDetections(objects(a, b), objects({ ...b, score: 0.5001 }, { ...a, score: 0.4999 }));
  expect(compared).toMatchObject({ ok: true, orderChanges: [], matched: [{ candidate: 1 }, { candidate: 0 }] });
});

test("a missing object does not change the order of the others", () => {
  expect(compareDetections(objects(cat, dog, hat), objects(dog, hat)).orderChanges).toEqual([]);
});

test("an object at the threshold of confidence may appear or vanish", () => {
  const faint = at(600, 0.2505);
  const gone = compareDetections(objects(cat, faint), objects(cat));
  expect(gone).toMatchObject({
    ok: true,
    missing: [],
    atThreshold: [{ list: "reference", index: 1, threshold: "confidence" }],
  });
  const come = compareDetections(objects(cat), objects(cat, faint));
  expect(come).toMatchObject({ ok: true, extra: [], atThreshold: [{ list: "candidate", threshold: "confidence" }] });
  expect(compareDetections(objects(cat, faint), objects(cat), { confidence: 0.1 }).missing).toEqual([1]);
});

test("an object may vanish whose overlap with a better one is at the threshold of suppression", () => {
  // Shifted by 38 of 100 pixels two boxes share 62 / 138 = 0.449.
  const neighbour = at(38, 0.6, 1);
  const compared = compareDetections(objects(cat, neighbour), objects(cat));
  expect(compared.atThreshold).toEqual([{ list: "reference", index: 1, threshold: "suppression" }]);
  expect(compared.ok).toBe(true);
  expect(compareDetections(objects(cat, at(38, 0.6, 2)), objects(cat)).missing).toEqual([1]);
  expect(compareDetections(objects(cat, at(45, 0.6, 1)), objects(cat)).missing).toEqual([1]);
});

test("where a list is full an object as good as its last may be left out", () => {
  const rival = at(600, hat.score + 0.0005);
  const [a, b] = [objects(cat, dog, rival), objects(cat, dog, hat)];
  expect(compareDetections(a, b, { maxDetections: 3 })).toMatchObject({
    ok: true,
    atThreshold: [{ threshold: "count" }, { threshold: "count" }],
  });
  expect(compareDetections(a, b)).toMatchObject({ ok: false, missing: [2], extra: [2] });
});

const mask = (left: number, top: number, ...rows: string[]): Mask => ({
  left,
  top,
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from(rows.join(""), (pixel) => (pixel === "#" ? 1 : 0)),
});

test("masks overlap by their pixels, wherever their windows lie", () => {
  expect(maskOverlap(mask(0, 0, "##", "##"), mask(0, 0, "##", "##"))).toBe(1);
  expect(maskOverlap(mask(0, 0, "##", "##"), mask(1, 1, "#.", ".."))).toBe(1 / 4);
  expect(maskOverlap(mask(5, 5, "#"), mask(4, 4, "...", ".#.", "..."))).toBe(1);
  expect(maskOverlap(mask(0, 0, "#"), mask(3, 0, "#"))).toBe(0);
  expect(maskOverlap(mask(0, 0), mask(7, 7, "."))).toBe(1);
});

test("an object whose mask changed is not the same", () => {
  const full = mask(0, 0, "##########");
  const cut = mask(0, 0, "#########.");
  const withMask = (shape: Mask): DetectedObjects => ({ detections: [cat], masks: [shape] });
  expect(compareDetections(withMask(full), withMask(full))).toMatchObject({ ok: true, worst: { maskIou: 1 } });
  expect(compareDetections(withMask(full), withMask(cut))).toMatchObject({ ok: false, matched: [{ maskIou: 0.9 }] });
  expect(compareDetections(withMask(full), withMask(cut), { minMaskIou: 0.9 }).ok).toBe(true);
});

test("masks in one list alone are an error", () => {
  const masked: DetectedObjects = { detections: [cat], masks: [mask(0, 0, "#")] };
  expect(() => compareDetections(masked, objects(cat))).toThrow(
    "detect/masks: the reference has 1 masks for 1 detections, the candidate 0 masks for 1 detections",
  );
  expect(compareDetections(masked, objects()).missing).toEqual([0]);
});

test("boxes without an area share all or nothing", () => {
  const line: Box = [5, 5, 5, 9];
  expect(boxOverlap(line, line)).toBe(1);
  expect(boxOverlap(line, [5, 5, 5, 8])).toBe(0);
  expect(boxOverlap([0, 0, Number.NaN, 1], [0, 0, 1, 1])).toBe(0);
});

const detections = fc
  .array(
    fc.record({
      x: fc.integer({ min: 0, max: 300 }),
      y: fc.integer({ min: 0, max: 300 }),
      side: fc.integer({ min: 1, max: 90 }),
      score: fc.double({ min: 0.3, max: 1, noNaN: true }),
      classIndex: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list
      .sort((a, b) => b.score - a.score)
      .map(({ x, y, side, ...rest }): Detection => ({ ...rest, box: [x, y, x + side, y + side] })),
  );

test("every detection is matched once, left over once, or at a threshold, and lists are the same as themselves", () => {
  fc.assert(
    fc.property(detections, detections, (a, b) => {
      const compared = compareDetections(objects(...a), objects(...b));
      const seen = (list: "reference" | "candidate", alone: readonly number[]) =>
        [
          ...compared.matched.map((pair) => pair[list]),
          ...alone,
          ...compared.atThreshold.filter((each) => each.list === list).map(({ index }) => index),
        ].sort((x, y) => x - y);
      expect(seen("reference", compared.missing)).toEqual([...a.keys()]);
      expect(seen("candidate", compared.extra)).toEqual([...b.keys()]);
      expect(compareDetections(objects(...a), objects(...a)).ok).toBe(true);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("sorted lists whose scores are all within the tolerance have no change of order", () => {
  const jitter = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(detections, jitter, (list, jitters) => {
      const shaken = list
        .map((each, index) => ({
          ...each,
          score: each.score + jitters[index]! * SAME_DETECTIONS.maxScoreDelta * 0.999,
        }))
        .sort((a, b) => b.score - a.score);
      const compared = compareDetections(objects(...list), objects(...shaken));
      if (compared.worst.iou === 1 && compared.worst.scoreDelta <= SAME_DETECTIONS.maxScoreDelta)
        expect(compared.orderChanges).toEqual([]);
    }),
    { seed: 1, numRuns: 200 },
  );
});
