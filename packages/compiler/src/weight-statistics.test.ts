import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { halfLoss, weightStatistics } from "./weight-statistics.js";

test("counts what is not finite and takes the rest", () => {
  const tensor = tensorOf("f32", [6], [Number.NaN, Number.NEGATIVE_INFINITY, 0, 2, -4, 2 ** -130]);
  expect(weightStatistics(tensor)).toEqual({
    min: -4,
    max: 2,
    mean: (2 - 4 + 2 ** -130) / 4,
    std: Math.sqrt(20 / 4 - 0.25),
    zero: 1,
    nan: 1,
    infinite: 1,
    subnormal: 1,
  });
});

test("what is subnormal depends on the stored type", () => {
  const small = [2 ** -15, 2 ** -13];
  expect(weightStatistics(tensorOf("f16", [2], small))).toMatchObject({ subnormal: 1 });
  expect(weightStatistics(tensorOf("bf16", [2], small))).toMatchObject({ subnormal: 0 });
  expect(weightStatistics(tensorOf("f64", [1], [2 ** -1030]))).toMatchObject({ subnormal: 1 });
});

test("integers have none", () => {
  expect(weightStatistics(tensorOf("i64", [1], [3]))).toBeUndefined();
});

test.each([
  ["float16 that overflowed", "f16", "running_mean", [1e6, 1], { overflow: 1, underflow: 0 }],
  ["float16 variance that became zero", "f16", "running_var", [1e-9, 1], { overflow: 0, underflow: 1 }],
  ["float16 mean of zero, which may well be", "f16", "running_mean", [0, 1], undefined],
  ["float32 that float16 would lose", "f32", "running_var", [1e-9, 1e5], { overflow: 1, underflow: 1 }],
  ["float32 that fits", "f32", "running_var", [1e-4, 6e4], undefined],
  ["another weight", "f32", "weight", [1e-9, 1e9], undefined],
] as const)("%s", (_, dtype, name, values, loss) => {
  expect(halfLoss(`model.0.bn.${name}`, tensorOf(dtype, [2], values))).toEqual(loss);
});

test.each(["f16", "bf16"] as const)("large weights of %s are counted by value to the same statistics", (dtype) => {
  const pattern = [1, -2.5, 0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -140, 2 ** -15, 60_000];
  const values = Array.from({ length: 2 ** 17 }, (_, index) => pattern[index % pattern.length]!);
  const { min, max, mean, std, ...counts } = weightStatistics(tensorOf(dtype, [values.length], values))!;
  const small = weightStatistics(tensorOf(dtype, [pattern.length], pattern))!;
  expect([min, max]).toEqual([small.min, small.max]);
  expect(mean).toBeCloseTo(small.mean, 6);
  expect(std).toBeCloseTo(small.std, 6);
  for (const [key, count] of Object.entries(counts))
    expect([key, count]).toEqual([key, small[key as keyof typeof counts] * (values.length / pattern.length)]);
});
