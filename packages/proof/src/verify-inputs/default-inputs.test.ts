import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { defaultInputs } from "./default-inputs.js";
import { blocks, collage, picture, rings } from "./patterns.js";
import type { FixedInput, VerifyInput } from "./verify-input.js";

const images: FixedInput = { name: "images", dtype: "f32", shape: [2, 3, 24, 16] };

const allOf = (inputs: readonly FixedInput[], seed = 1): readonly VerifyInput[] => defaultInputs(inputs, seed);

const rangeOf = ({ tensors }: VerifyInput): readonly [number, number] => {
  const values = toFloat64([...tensors.values()][0]!);
  return [Math.min(...values), Math.max(...values)];
};

test("are noise, loud noise and a collage; all but the first run as users deploy the model", () => {
  const inputs = allOf([images], 7);
  expect(inputs.map(({ name }) => name)).toEqual(["noise (seed 7)", "noise 0 to 4 (seed 7)", "collage (seed 7)"]);
  expect(inputs.map(({ deployedOnly }) => deployedOnly ?? false)).toEqual([false, true, true]);
});

test("fill the range that their names say", () => {
  const least = [0, 0, -4];
  const most = [1, 4, 4];
  for (const [index, each] of allOf([images]).entries()) {
    const [low, high] = rangeOf(each);
    expect(low).toBeGreaterThanOrEqual(least[index]!);
    expect(high).toBeLessThanOrEqual(most[index]!);
    expect(high - low).toBeGreaterThan(0.6 * (most[index]! - least[index]!));
    expect([...each.tensors.values()][0]).toMatchObject({ dtype: "f32", shape: images.shape });
  }
});

test("follow from the seed", () => {
  expect(allOf([images])).toEqual(allOf([images]));
  const [first, second] = [allOf([images], 1), allOf([images], 2)];
  for (const index of [0, 1, 2]) expect(second[index]!.tensors).not.toEqual(first[index]!.tensors);
});

test("half precision is filled, integers keep their noise, and a model without floats gets noise alone", () => {
  const ids: FixedInput = { name: "ids", dtype: "i64", shape: [4] };
  const both = allOf([{ ...images, dtype: "f16" }, ids]);
  for (const { tensors } of both) {
    expect(tensors.get("images")).toMatchObject({ dtype: "f16", shape: images.shape });
    expect(tensors.get("ids")).toEqual(both[0]!.tensors.get("ids"));
  }
  expect(allOf([ids]).map(({ name }) => name)).toEqual(["noise (seed 1)"]);
  expect(allOf([{ name: "v", dtype: "f32", shape: [5] }]).map(({ tensors }) => tensors.get("v")!.shape)).toEqual(
    Array(3).fill([5]),
  );
});

test("a picture has smooth ground, shapes with edges that its channels share, and another one in each place of a batch", () => {
  const [height, width] = [64, 96];
  const values = picture({ planes: 6, height, width }, 1);
  const plane = (at: number) => values.subarray(at * height * width, (at + 1) * height * width);
  const steps = (at: number): number[] =>
    Array.from(plane(at).subarray(1), (value, index) =>
      (index + 1) % width === 0 ? 0 : Math.abs(value - plane(at)[index]!),
    );
  const edges = (at: number): number => steps(at).filter((step) => step > 0.1).length;
  const smooth = (at: number): number => steps(at).filter((step) => step < 0.05).length / steps(at).length;
  for (const at of [0, 1, 2, 3, 4, 5]) {
    expect(smooth(at)).toBeGreaterThan(0.7);
    expect(edges(at)).toBeGreaterThan(20);
  }
  expect(plane(0)).not.toEqual(plane(3));
});

test("rings lie around the middle, blocks are four elements wide", () => {
  const ring = rings({ planes: 1, height: 33, width: 33 }, 1);
  for (const [y, x] of [
    [3, 9],
    [16, 2],
    [30, 11],
  ] as const) {
    expect(ring[y * 33 + x]).toBeCloseTo(ring[(33 - y) * 33 + (33 - x)] ?? 0, 6);
  }
  const block = blocks({ planes: 2, height: 6, width: 8 }, 1);
  expect(new Set(block.subarray(0, 4)).size).toBe(1);
  expect(block[3]).toBe(block[3 * 8]);
  expect(block[3]).not.toBe(block[4]);
  expect(block[0]).not.toBe(block[4 * 8]);
  expect(block[0]).not.toBe(block[48]);
});

test("a collage has a picture above rings on the left and blocks on the right, in every plane", () => {
  const [planes, height, width] = [6, 9, 15];
  const values = collage({ planes, height, width }, 3);
  const cut = (left: number, top: number, wide: number, high: number): number[] =>
    Array.from({ length: planes * high * wide }, (_, at) => {
      const [plane, y, x] = [Math.floor(at / (high * wide)), Math.floor(at / wide) % high, at % wide];
      return values[(plane * height + top + y) * width + left + x]!;
    });
  expect(cut(0, 0, 8, 5)).toEqual([...picture({ planes, height: 5, width: 8 }, 3)]);
  expect(cut(0, 5, 8, 4)).toEqual([...rings({ planes, height: 4, width: 8 }, 3)]);
  expect(cut(8, 0, 7, 9)).toEqual([...blocks({ planes, height: 9, width: 7 }, 3)]);
  expect(collage({ planes: 1, height: 1, width: 1 }, 3)).toHaveLength(1);
});
