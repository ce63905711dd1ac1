import { expect, test } from "@jest/globals";
import type { PyValue } from "@yolo-compile/network";
import { readSettings, settingsArguments, VARIANTS } from "./settings.js";

const row = (variant: string, args: readonly PyValue[]) =>
  readSettings(settingsArguments(args, `EfficientViT_${variant}`, "backbone[0]"), VARIANTS.get(variant)!);

const read = (settings: Record<string, PyValue>) =>
  row("M0", ["", 0, false, false, null, new Map(Object.entries(settings))]);

test("without arguments a variant is what the paper's table says", () => {
  const { stages } = row("M5", []);
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

test("sizes go up to 4096, and what lies past the third stage is left out", () => {
  const { stages } = read({ embed_dim: [64, 128, 192, 7], window_size: [4096, 7, 7] });
  expect(stages.map(({ width, window }) => [width, window])).toEqual([
    [64, 4096],
    [128, 7],
    [192, 7],
  ]);
});

test("a stage halves the map behind it where down_ops says so", () => {
  const { stages } = read({ down_ops: [[""], ["subsample", 2], [""]] });
  expect(stages.map(({ halvedAfter }) => halvedAfter)).toEqual([false, true, false]);
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
  [{ kernels: [5, 5, 4, 5] }, "odd sizes"],
  [{ embed_dim: 64 }, "a list of 3 sizes"],
  [{ embed_dim: [64, "x", 192] }, "a list of 3 sizes"],
  [{ embed_dim: [64, 128.5, 192] }, "a list of 3 sizes"],
  [{ depth: [1, 0, 3] }, "a list of 3 sizes"],
  [{ window_size: [7, 7, 4097] }, "a list of 3 sizes"],
  [{ num_heads: [2, 4, 2], embed_dim: [64, 128, 192], kernels: [5, 5, 5] }, "a list of 4 sizes"],
  [{ stages: "s" }, "'s' (self-attention)"],
  [{ stages: ["s", "s"] }, "'s' (self-attention)"],
  [{ down_ops: "subsample" }, "[''] for the last"],
  [{ down_ops: [["subsample", 2], [""]] }, "[''] for the last"],
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
  expect(() => row("M0", ["", 0, false, false, null, 3])).toThrow("a mapping");
});
