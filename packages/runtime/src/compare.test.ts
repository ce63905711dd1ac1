import { describe, expect, test } from "@jest/globals";
import { type NumberKind, type OutputLayout, type PartName, type Tensor, tensorOf } from "@yolo-compile/core";
import { compareTensors } from "./compare.js";
import { FOLD } from "./tolerance.js";

/** An output with one part, whose columns are the last axis. */
const partOf = (name: PartName, kind: NumberKind, count: number): OutputLayout => ({
  output: "y",
  axis: 1,
  parts: [{ name, kind, count }],
});

const rows = (...values: readonly (readonly number[])[]): Tensor =>
  tensorOf("f64", [values.length, values[0]!.length], values.flat());

const compare = (reference: Tensor, candidate: Tensor, layout?: OutputLayout) =>
  compareTensors("y", reference, candidate, layout);

/** The error of one number in its unit. */
const errorOf = (kind: NumberKind, reference: number, candidate: number, name: PartName = "values"): number =>
  compare(rows([reference]), rows([candidate]), partOf(name, kind, 1)).maxRel;

describe("what is found", () => {
  test("nothing, where all is equal", () => {
    const same = rows([1, -2], [0, 4]);
    expect(compare(same, same, partOf("values", "other", 2))).toEqual({
      maxAbs: 0,
      maxRel: 0,
      worst: -1,
      nonFinite: 0,
      parts: [
        { name: "values", kind: "other", maxAbs: 0, maxRel: 0, rms: 0, worst: -1, nonFinite: 0, nonFiniteReference: 0 },
      ],
    });
  });

  test("the largest error, and the element with the largest one in its unit", () => {
    const found = compare(rows([1, 100], [2, 50]), rows([1.5, 100], [2, 51]), partOf("values", "other", 2));
    expect(found).toMatchObject({ maxAbs: 1, maxRel: 0.25, worst: 0 });
    expect(compare(rows([1, 100], [2, 50]), rows([1, 100], [2, 90]), partOf("values", "other", 2))).toMatchObject({
      maxAbs: 40,
      maxRel: 0.4,
      worst: 3,
    });
  });

  test("each part, and the worst of all", () => {
    const layout: OutputLayout = {
      output: "y",
      axis: 1,
      parts: [
        { name: "values", kind: "other", count: 1 },
        { name: "masks", kind: "coefficient", count: 2 },
      ],
    };
    const found = compare(rows([10, 1, 4], [0, 2, 0]), rows([10, 1, 5], [1, 2, 0]), layout);
    expect(found.parts.map(({ name, maxAbs, maxRel, worst }) => [name, maxAbs, maxRel, worst])).toEqual([
      ["values", 1, 0.1, 3],
      ["masks", 1, 0.25, 2],
    ]);
    expect(found).toMatchObject({ maxAbs: 1, maxRel: 0.25, worst: 2 });
  });

  test("an output without elements", () => {
    const empty = tensorOf("f32", [0, 2], []);
    for (const kind of ["other", "probability", "pixels", "logit"] as const)
      expect(compare(empty, empty, partOf("values", kind, 2))).toMatchObject({ maxAbs: 0, maxRel: 0, worst: -1 });
    expect(compare(tensorOf("f32", [1, 3, 0], []), tensorOf("f32", [1, 3, 0], []))).toMatchObject({ maxRel: 0 });
  });

  test("an error above a reference that is zero everywhere is beyond any tolerance", () => {
    for (const kind of ["other", "coefficient", "logit", "distance"] as const)
      expect(errorOf(kind, 0, 1e-30)).toBe(Number.POSITIVE_INFINITY);
    expect(errorOf("other", 0, 0)).toBe(0);
    expect(errorOf("other", 0, -0)).toBe(0);
  });

  test("half precision and integers are compared as numbers", () => {
    expect(compare(tensorOf("f16", [1, 2], [1, 2]), tensorOf("f32", [1, 2], [1, 2.5])).maxAbs).toBe(0.5);
    expect(compare(tensorOf("i64", [2], [7, 8]), tensorOf("i64", [2], [7, 9])).maxAbs).toBe(1);
  });

  test("other shapes are not compared, not even with as many elements", () => {
    expect(() => compare(tensorOf("f32", [2, 3], Array(6).fill(0)), tensorOf("f32", [3, 2], Array(6).fill(0)))).toThrow(
      "verify/shape: output y is f32[3,2], the reference gives f32[2,3]",
    );
  });
});

describe("errors together", () => {
  const rmsOf = (kind: NumberKind, reference: Tensor, candidate: Tensor) =>
    compare(reference, candidate, partOf("values", kind, 4)).parts[0]!.rms;

  test("are a root mean square in the units of the part", () => {
    expect(rmsOf("logit", rows([8, 0, 0, 4], [0, 0, 0, 0]), rows([8, 4, 0, 4], [0, 0, -4, 0]))).toBe(0.25);
    expect(rmsOf("logit", rows([8, 0, 0, 4]), rows([8, Number.NaN, 8, 4]))).toBe(0.5);
    expect(rmsOf("other", rows([1, 2, 4, 8]), rows([1, 2, 4, 8]))).toBe(0);
  });

  test("of probabilities are measured as their elements are", () => {
    expect(rmsOf("probability", rows([0.5, 0.5, 0.5, 0.5]), rows([0.5, 0.5, 0.5, 0.6]))).toBeCloseTo(
      0.1 / 1.01 / 2,
      12,
    );
  });
});

describe("what is not finite", () => {
  const { NaN: nan, POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;

  test.each([
    ["NaN in the candidate", 1, nan, 1, 0],
    ["NaN in the reference", nan, 1, 1, 1],
    ["NaN in both", nan, nan, 1, 1],
    ["an infinity in the candidate", 1, up, 1, 0],
    ["a negative infinity in the candidate", 1, down, 1, 0],
    ["an infinity in the reference", up, 1, 1, 1],
    ["a negative infinity in the reference", down, 1, 1, 1],
    ["infinities of either sign", up, down, 1, 1],
    ["the same infinity", up, up, 0, 0],
    ["the same negative infinity", down, down, 0, 0],
  ])("%s", (_, reference, candidate, nonFinite, nonFiniteReference) => {
    for (const kind of ["other", "probability", "pixels", "coefficient", "logit", "label"] as const) {
      const found = compare(rows([reference], [0.5]), rows([candidate], [0.5]), partOf("values", kind, 1));
      expect(found.nonFinite).toBe(nonFinite);
      expect(found.parts[0]!.nonFiniteReference).toBe(nonFiniteReference);
      expect([found.maxAbs, found.maxRel, found.worst]).toEqual([0, 0, -1]);
    }
  });

  test("is counted in every part", () => {
    const layout: OutputLayout = {
      output: "y",
      axis: 1,
      parts: [
        { name: "values", kind: "other", count: 1 },
        { name: "classes", kind: "probability", count: 1 },
      ],
    };
    const found = compare(rows([1, 0], [2, 0]), rows([nan, nan], [2, nan]), layout);
    expect(found.nonFinite).toBe(3);
    expect(found.parts.map(({ nonFinite }) => nonFinite)).toEqual([1, 2]);
  });

  test("does not hide the error of other elements, nor their column's scale", () => {
    const found = compare(rows([up], [2], [4]), rows([up], [2], [5]), partOf("values", "other", 1));
    expect(found).toMatchObject({ maxAbs: 1, maxRel: 0.25, nonFinite: 0 });
    const boxes = tensorOf("f64", [2, 4], [1, 1, nan, up, 10, 10, 20, 20]);
    const moved = tensorOf("f64", [2, 4], [2, 1, nan, up, 10, 10, 20, 20]);
    expect(compare(boxes, moved, boxLayout()).parts[0]).toMatchObject({ maxAbs: 1, maxRel: 1 / 16 });
  });
});

function boxLayout(): OutputLayout {
  return {
    output: "y",
    axis: 1,
    parts: [
      { name: "center", kind: "pixels", count: 2 },
      { name: "size", kind: "pixels", count: 2 },
    ],
  };
}

/** Errors a tenth below and above what a tolerance allows. */
const around = (allowed: number): readonly [number, number] => [0.9 * allowed, 1.1 * allowed];

describe("pixels", () => {
  const moved = (box: readonly number[], by: number, column: number): number =>
    compare(rows(box), rows(box.map((value, at) => (at === column ? value + by : value))), boxLayout()).maxRel;

  test("are judged by the longer side of their box", () => {
    const box = [300, 300, 40, 200];
    for (const column of [0, 1, 2, 3]) {
      const [below, above] = around(200 * FOLD.relative);
      expect(moved(box, below, column)).toBeLessThan(FOLD.relative);
      expect(moved(box, above, column)).toBeGreaterThan(FOLD.relative);
      expect(moved([300, 300, 200, 40], above, column)).toBeGreaterThan(FOLD.relative);
    }
  });

  test("of a tiny box are judged by 16 pixels", () => {
    const [below, above] = around(16 * FOLD.relative);
    expect(moved([300, 300, 2, 3], below, 0)).toBeLessThan(FOLD.relative);
    expect(moved([300, 300, 2, 3], above, 0)).toBeGreaterThan(FOLD.relative);
  });

  test("of one box do not depend on the others", () => {
    const reference = rows([5, 5, 20, 20], [300, 300, 600, 600]);
    const candidate = rows([5.01, 5, 20, 20], [300, 300, 600, 600]);
    expect(compare(reference, candidate, boxLayout()).maxRel).toBeCloseTo(0.01 / 20, 9);
  });

  test("of corners are judged by what lies between them", () => {
    const layout = partOf("corners", "pixels", 4);
    expect(compare(rows([100, 200, 150, 210]), rows([100.5, 200, 150, 210]), layout).maxRel).toBeCloseTo(0.01, 12);
    expect(compare(rows([100, 200, 110, 280]), rows([100, 200, 110, 280.4]), layout).maxRel).toBeCloseTo(0.005, 12);
  });

  test("without a box are judged by their column", () => {
    const layout = partOf("keypoints", "pixels", 2);
    expect(compare(rows([400, 100], [40, 10]), rows([400, 100], [40, 11]), layout).maxRel).toBeCloseTo(0.01, 12);
  });

  test("lie side by side on any axis", () => {
    const layout: OutputLayout = { ...boxLayout(), axis: 0 };
    const columns = (x: number) => tensorOf("f64", [4, 2], [x, 300, 5, 300, 20, 600, 20, 600]);
    expect(compare(columns(5), columns(5.01), layout).maxRel).toBeCloseTo(0.01 / 20, 9);
    expect(compare(columns(5), columns(5.01), layout).worst).toBe(0);
  });
});

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

describe("probabilities", () => {
  test.each([0.5, 0.1, 0.9, 0.01, 0.99])("a logit of %p is off by 4e-4 at most", (probability) => {
    const logit = Math.log(probability / (1 - probability));
    for (const sign of [1, -1]) {
      const at = (shift: number): number => errorOf("probability", probability, sigmoid(logit + sign * shift));
      const slope = probability * (1 - probability);
      // What rounding may do to any probability comes on top.
      const most = 4e-4 + 1.2e-6 / slope;
      expect(at(0.9 * 4e-4)).toBeLessThan(FOLD.relative);
      expect(at(1.1 * most)).toBeGreaterThan(FOLD.relative);
    }
  });

  test.each([0, 1e-8, 1e-6, 1 - 1e-6, 1])(
    "%p takes the rounding of ONNX Runtime's sigmoid, 2e-7, and not 2e-6",
    (value) => {
      const near = value > 0.5 ? -1 : 1;
      const others = Array<number[]>(99).fill([value]);
      const at = (error: number): number =>
        compare(rows([value], ...others), rows([value + near * error], ...others), partOf("classes", "probability", 1))
          .maxRel;
      expect(at(2e-7)).toBeLessThan(FOLD.relative / 4);
      expect(at(2e-6)).toBeGreaterThan(FOLD.relative);
    },
  );

  test.each([0.5, 1e-2, 1e-4, 1e-5, 1e-6])(
    "a logit that is off by 0.1 in a whole column shows at %p",
    (probability) => {
      const logit = Math.log(probability / (1 - probability));
      const column = (shift: number) => rows(...Array<number[]>(1000).fill([sigmoid(logit + shift)]));
      const layout = partOf("objectness", "probability", 1);
      for (const shift of [0.1, -0.1])
        expect(compare(column(0), column(shift), layout).maxRel).toBeGreaterThan(FOLD.relative);
      expect(compare(column(0), column(1e-4), layout).maxRel).toBeLessThan(FOLD.relative);
    },
  );

  test.each([0.9, 0.1, 1e-3, 1e-5, 2e-6])("a dead column shows at %p", (probability) => {
    const [alive, dead] = [probability, sigmoid(-30)].map((each) => rows(...Array<number[]>(400).fill([each])));
    const found = compare(alive!, dead!, partOf("objectness", "probability", 1));
    expect(found.maxRel).toBeGreaterThan(2 * FOLD.relative);
  });

  test("a dead column of many does not drown", () => {
    const alive = rows(...Array<number[]>(400).fill([0.9, 1e-5, 0.8]));
    const dead = rows(...Array<number[]>(400).fill([0.9, 0, 0.8]));
    expect(compare(alive, dead, partOf("classes", "probability", 3)).maxRel).toBeGreaterThan(10 * FOLD.relative);
  });

  test("rounding that goes either way is no shift", () => {
    const noisy = rows(...Array.from({ length: 1000 }, (_, at) => [1e-5 + (at % 2 === 0 ? 1.8e-7 : -1.8e-7)]));
    const still = rows(...Array<number[]>(1000).fill([1e-5]));
    expect(compare(still, noisy, partOf("objectness", "probability", 1)).maxRel).toBeLessThan(FOLD.relative / 5);
  });

  test("columns are summed over the whole batch", () => {
    const layout: OutputLayout = { output: "y", axis: 2, parts: [{ name: "classes", kind: "probability", count: 1 }] };
    const batch = (each: number) => tensorOf("f64", [2, 500, 1], Array(1000).fill(each));
    const flat = partOf("classes", "probability", 1);
    const single = (each: number) => tensorOf("f64", [1000, 1], Array(1000).fill(each));
    expect(compare(batch(1e-5), batch(1.1e-5), layout).maxRel).toBe(compare(single(1e-5), single(1.1e-5), flat).maxRel);
  });

  test("beyond 0 and 1 are judged as if they were there", () => {
    expect(errorOf("probability", -1e-8, 0)).toBeLessThan(FOLD.relative);
    expect(errorOf("probability", 1.5, 1.4)).toBeGreaterThan(1);
  });

  test("in half precision may be off by the last bit", () => {
    const ones = tensorOf("f16", [1, 1], [0.9995]);
    const layout = partOf("classes", "probability", 1);
    const exact = tensorOf("f32", [1, 1], [0.99975]);
    expect(compare(exact, ones, layout).maxRel).toBeLessThan(2e-2);
    expect(compare(exact, tensorOf("f32", [1, 1], [0.9995]), layout).maxRel).toBeGreaterThan(2e-2);
    expect(compare(exact, tensorOf("bf16", [1, 1], [1]), layout).maxRel).toBeLessThan(2e-2);
  });
});

describe("other kinds", () => {
  test("logits and angles are judged by the largest of all their columns", () => {
    for (const kind of ["logit", "angle"] as const) {
      const layout = partOf("values", kind, 2);
      const [below, above] = around(8 * FOLD.relative);
      expect(compare(rows([-8, 1]), rows([-8, 1 + below]), layout).maxRel).toBeLessThan(FOLD.relative);
      expect(compare(rows([-8, 1]), rows([-8, 1 + above]), layout).maxRel).toBeGreaterThan(FOLD.relative);
    }
  });

  test("coefficients, distances and the rest are judged by the largest of their column", () => {
    for (const kind of ["coefficient", "distance", "other"] as const) {
      const layout = partOf("values", kind, 2);
      const [below, above] = around(0.5 * FOLD.relative);
      expect(compare(rows([800, 0.1], [1, -0.5]), rows([800, 0.1 + below], [1, -0.5]), layout).maxRel).toBeLessThan(
        FOLD.relative,
      );
      expect(compare(rows([800, 0.1], [1, -0.5]), rows([800, 0.1 + above], [1, -0.5]), layout).maxRel).toBeGreaterThan(
        FOLD.relative,
      );
    }
  });

  test("a column's scale counts down to a millionth of the largest", () => {
    const layout = partOf("values", "other", 2);
    expect(compare(rows([100, 2e-4]), rows([100, 3e-4]), layout).maxRel).toBeCloseTo(0.5, 9);
    expect(compare(rows([100, 1e-5]), rows([100, 2e-5]), layout).maxRel).toBeCloseTo(0.1, 9);
  });

  test("a label is right or wrong", () => {
    expect(errorOf("label", 70, 70)).toBe(0);
    expect(errorOf("label", 70, 71)).toBe(1);
  });
});

describe("without a layout", () => {
  test("the columns of a map are its channels", () => {
    const map = (value: number) => tensorOf("f32", [1, 2, 1, 2], [100, 50, value, 1]);
    expect(compare(map(0.5), map(0.6)).maxRel).toBeCloseTo(0.1, 6);
  });

  test("a vector is one column", () => {
    expect(compare(tensorOf("f32", [2, 2], [100, 1, 2, 3]), tensorOf("f32", [2, 2], [100, 2, 2, 3])).maxRel).toBe(0.01);
    expect(compare(tensorOf("f32", [], [2]), tensorOf("f32", [], [1])).maxRel).toBe(0.5);
  });

  test("scores and boxes are told apart", () => {
    const boxes = Array.from({ length: 8 }, () => [300, 300, 200, 100, 1e-5, 0.3]);
    const tensor = (values: readonly (readonly number[])[]) => tensorOf("f32", [1, 8, 6], values.flat());
    const dead = boxes.map((box) => box.map((value, column) => (column === 4 ? 0 : value)));
    expect(compare(tensor(boxes), tensor(dead)).maxRel).toBeGreaterThan(5 * FOLD.relative);
  });
});

describe("where things are", () => {
  const axis1 = (shape: readonly number[], values: readonly number[]) => tensorOf("f64", shape, values);

  test("the worst element is told by its place, the first of equals", () => {
    const layout: OutputLayout = { output: "y", axis: 1, parts: [{ name: "values", kind: "other", count: 2 }] };
    const reference = axis1([2, 2, 3], new Array(12).fill(1));
    for (let at = 0; at < 12; at++) {
      const candidate = axis1(
        [2, 2, 3],
        Array.from({ length: 12 }, (_, index) => (index === at ? 2 : index === 11 ? 1.5 : 1)),
      );
      expect(compare(reference, candidate, layout)).toMatchObject({ maxRel: 1, worst: at });
    }
    expect(compare(rows([4, 2]), rows([5, 2.5]), partOf("values", "other", 2)).worst).toBe(0);
  });

  test("a box lends its size to the numbers of its own place only, in every picture", () => {
    const layout: OutputLayout = {
      output: "y",
      axis: 1,
      parts: [
        { name: "center", kind: "pixels", count: 2 },
        { name: "size", kind: "pixels", count: 2 },
      ],
    };
    const sides = [100, 200, 400, 800, 1600, 3200];
    const boxes = (change: (index: number) => number) =>
      axis1(
        [2, 4, 3],
        Array.from({ length: 24 }, (_, index) => {
          const [picture, column, place] = [Math.floor(index / 12), Math.floor(index / 3) % 4, index % 3];
          return (column === 3 ? sides[3 * picture + place]! : 20) + change(index);
        }),
      );
    for (const [box, side] of sides.entries()) {
      const at = 12 * Math.floor(box / 3) + (box % 3);
      const found = compare(
        boxes(() => 0),
        boxes((index) => (index === at ? 1 : 0)),
        layout,
      );
      expect(found).toMatchObject({ worst: at, maxRel: 1 / side });
    }
  });

  test("the sum over a column is measured by the slopes of all its elements", () => {
    const layout = { output: "y", axis: 1, parts: [{ name: "classes", kind: "probability", count: 1 }] } as const;
    const count = 1000;
    for (const probability of [0.5, 0.25]) {
      const all = (value: number) => axis1([1, 1, count], new Array(count).fill(value));
      const slopes = 4 * count * probability * (1 - probability);
      const unit = slopes + Math.sqrt(count) * 1e-2 + count * 5e-4;
      expect(compare(all(probability), all(probability + 1e-3), layout).maxRel).toBeCloseTo((count * 1e-3) / unit, 9);
    }
  });

  test("a layout without parts finds nothing", () => {
    const layout: OutputLayout = { output: "y", axis: 1, parts: [] };
    expect(compare(rows([1]), rows([2]), layout)).toEqual({ maxAbs: 0, maxRel: 0, worst: -1, nonFinite: 0, parts: [] });
  });
});
