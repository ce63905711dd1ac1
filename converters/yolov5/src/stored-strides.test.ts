import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import { stridesOfAnchors } from "./stored-strides.js";

/** Three levels of two anchors each, in pixels. */
const ROWS = [
  [10, 13, 16, 30],
  [30, 61, 62, 45],
  [116, 90, 156, 198],
];

const anchors = (rows: readonly (readonly number[])[], shape = [rows.length, rows[0]!.length / 2, 2]): LazyTensor => {
  const tensor = tensorOf("f64", shape, rows.flat());
  return { dtype: "f64", shape, read: () => tensor };
};
const divided = (rows: readonly (readonly number[])[], strides: readonly number[]) =>
  rows.map((row, level) => row.map((pixels) => pixels / strides[level]!));

const stridesOf = (stored: LazyTensor, rows: readonly (readonly (number | undefined)[])[] = ROWS, name = "anchors") =>
  stridesOfAnchors(
    rows,
    new Map([
      ["model.24.bias", anchors([[1, 1]], [2])],
      [`model.24.${name}`, stored],
    ]),
  );

test("stored anchors are the yaml's by the strides, in either order of the levels", () => {
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 32])))).toEqual([8, 16, 32]);
  expect(stridesOf(anchors(divided(ROWS, [4, 4, 64])))).toEqual([4, 4, 64]);
  expect(stridesOf(anchors(divided([...ROWS].reverse(), [32, 16, 8])))).toEqual([32, 16, 8]);
});

test("half precision may round them, by two thousandths", () => {
  const off = (share: number) =>
    divided(ROWS, [8, 16, 32]).map((row, level) =>
      row.map((value, at) => (level === 2 && at === 3 ? value * share : value)),
    );
  for (const share of [1.0019, 0.9981]) expect(stridesOf(anchors(off(share)))).toEqual([8, 16, 32]);
  for (const share of [1.0021, 0.9979]) expect(stridesOf(anchors(off(share)))).toBeUndefined();
});

test("other anchors have no strides", () => {
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 24])))).toBeUndefined();
  expect(stridesOf(anchors(divided(ROWS.slice(0, 2), [8, 16])))).toBeUndefined();
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 32])), [...ROWS.slice(0, 2), [116, 90]])).toBeUndefined();
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 32])), [[], [], []])).toBeUndefined();
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 32])), ROWS, "anchor_grid")).toBeUndefined();
  expect(stridesOf(anchors(divided(ROWS, [8, 16, 32]), [3, 4]))).toBeUndefined();
  expect(stridesOfAnchors(ROWS, new Map())).toBeUndefined();
});
