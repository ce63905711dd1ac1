import { expect, test } from "@jest/globals";
import {
  castLazily,
  type LazyTensor,
  mapElements,
  piecesOf,
  runTensor,
  sourceRun,
  tensorBytes,
  tensorOf,
} from "./index.js";

const HALVES = tensorOf(
  "f16",
  [3, 100_000],
  Float64Array.from({ length: 300_000 }, (_, index) => index % 1000),
);

/** The tensor as one of a file that is read piece by piece, into memory that is used again. */
const inFile = (): LazyTensor => {
  const bytes = tensorBytes(HALVES);
  const source = {
    name: "halves",
    size: bytes.length,
    read: (at: number, length: number) => bytes.slice(at, at + length),
    readInto: (at: number, target: Uint8Array) => target.set(bytes.subarray(at, at + target.length)),
  };
  return runTensor(HALVES, sourceRun(source, 0, bytes.length));
};

const together = (tensor: LazyTensor): number[] => [...piecesOf(tensor)].flatMap((data) => Array.from(data, Number));

test("a cast in pieces is the cast of the whole", () => {
  const cast = castLazily(inFile(), "f32");
  expect(cast).toMatchObject({ dtype: "f32", shape: HALVES.shape });
  expect([...piecesOf(cast)].length).toBeGreaterThan(1);
  expect(together(cast)).toEqual(Array.from(cast.read().data, Number));
  expect(together(cast).slice(998, 1002)).toEqual([998, 999, 0, 1]);
});

test("elements are changed with their places", () => {
  const places = mapElements(inFile(), "f64", (data, at) =>
    Float64Array.from({ length: data.length }, (_, index) => at + index),
  );
  expect(together(places)).toEqual(Array.from({ length: 300_000 }, (_, index) => index));
  expect(Array.from(places.read().data, Number)).toEqual(together(places));
});
