import { expect, test } from "@jest/globals";
import type { PyValue } from "@yolo-compile/network";
import { readSettings, VARIANTS } from "./settings.js";

const m0 = VARIANTS.get("M0")!;

const read = (settings: Record<string, PyValue>) =>
  readSettings(["", 0, false, false, null, new Map(Object.entries(settings))], m0, "EfficientViT_M0", "backbone[0]");

test("without arguments a variant is what the paper's table says", () => {
  const { stages } = readSettings([], VARIANTS.get("M5")!, "EfficientViT_M5", "backbone[0]");
  expect(stages.map(({ width, depth, heads, valueWidth }) => [width, depth, heads, valueWidth])).toEqual([
    [192, 1, 3, 64],
    [288, 3, 3, 96],
    [384, 4, 4, 96],
  ]);
});

test("a model_cfg that leaves keys out has the defaults of the class, not of the variant", () => {
  const { stages } = read({ embed_dim: [32, 64, 96] });
  expect(stages[0]).toMatchObject({ width: 32, depth: 1, heads: 4, kernels: [5, 5, 5, 5], keyWidth: 16 });
});

test("a value width is rounded as Python's int(width / (key * heads) * key)", () => {
  expect(read({ embed_dim: [24, 48, 72], key_dim: [7, 7, 7] }).stages.map(({ valueWidth }) => valueWidth)).toEqual([
    6, 12, 18,
  ]);
});

test.each([
  [{ windows_size: [7, 7, 7] }, "did you mean window_size,"],
  [{ embed_dim: [64, 128] }, "a list of 3 sizes"],
  [{ embed_dim: [60, 128, 192] }, "multiple of 8"],
  [{ embed_dim: [64, 130, 192] }, "130 does not among 4"],
  [{ kernels: [4, 4, 4, 4] }, "odd sizes"],
  [{ kernels: [5, 5] }, "a list of 4 sizes"],
  [{ stages: ["s", "c", "s"] }, "'s' (self-attention)"],
  [
    {
      down_ops: [
        ["subsample", 2],
        ["subsample", 2],
        ["subsample", 2],
      ],
    },
    "[''] for the last",
  ],
  [{ stem_stride: 4 }, "8 or 16"],
] as [Record<string, PyValue>, string][])("%j is refused with the reason", (settings, reason) => {
  expect(() => read(settings)).toThrow(reason);
});

test("a model_cfg that is no mapping is refused", () => {
  expect(() => readSettings(["", 0, false, false, null, 3], m0, "EfficientViT_M0", "backbone[0]")).toThrow("a mapping");
});
