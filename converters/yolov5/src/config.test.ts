import { describe, expect, test } from "@jest/globals";
import { type PyValue, parseYaml } from "@yolo-compile/network";
import { anchorCount } from "./anchors.js";
import { readConfig } from "./config.js";

const HEAD = "nc: 3\ndepth_multiple: 0.33\nwidth_multiple: 0.5\n";
const ROWS = "backbone:\n  - [-1, 1, Conv, [8, 3]]\nhead:\n  - [[-1, 0], 2, Concat, [1]]\n";
const read = (text: string) => readConfig(parseYaml(text, "m.yaml"), "m");

test("rows of both sections follow each other, with their places", () => {
  expect(read(`${HEAD}anchors: 3\n${ROWS}`)).toMatchObject({
    name: "m",
    nc: 3,
    ch: 3,
    rows: [
      { where: "backbone[0]", from: -1, number: 1, module: "Conv", args: [8, 3] },
      { where: "head[0]", from: [-1, 0], number: 2, module: "Concat", args: [1] },
    ],
  });
});

test("input channels and an activation are taken where given, null is none", () => {
  expect(read(`${HEAD}anchors: 3\nch: 1\nactivation: nn.LeakyReLU(0.1)\n${ROWS}`)).toMatchObject({
    ch: 1,
    activation: { call: "nn.LeakyReLU", args: [{ pyFloat: 0.1 }] },
  });
  expect(read(`${HEAD}anchors: 3\nactivation:\n${ROWS}`)).toMatchObject({ activation: { call: "nn.SiLU" } });
});

test("numbers may be texts, as Python's eval would read them", () => {
  const config = read(`nc: "80"\ndepth_multiple: "0.5"\nwidth_multiple: 1\nanchors: "3"\n${ROWS}`);
  expect([config.nc, config.gainedRepeats(6), config.names.get("na")]).toEqual([80, 3, 3]);
});

test("anchors are a count or rows of pairs", () => {
  expect(read(`${HEAD}anchors: [[10, 13.5], [1, 2]]\n${ROWS}`).names.get("anchors")).toEqual([
    [10, { pyFloat: 13.5 }],
    [1, 2],
  ]);
});

test("channels and repeats have their gains, but for those of a Detect's convolutions", () => {
  const { scaledChannels, outputChannels, gainedRepeats } = read(`${HEAD}anchors: 3\n${ROWS}`);
  expect([scaledChannels(64), scaledChannels(65), outputChannels(64), gainedRepeats(9)]).toEqual([32, 40, 32, 3]);
  expect([outputChannels(3 * 8), outputChannels(3 * 8 + 1), scaledChannels(3 * 8)]).toEqual([24, 16, 16]);
});

test("arguments may name what parse_model has at hand", () => {
  const { names } = read(`${HEAD}anchors: [[1, 2, 3, 4], [5, 6, 7, 8]]\n${ROWS}`);
  expect(Object.fromEntries(names)).toEqual({
    nc: 3,
    anchors: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    na: 2,
    no: 16,
    gd: { pyFloat: 0.33 },
    gw: { pyFloat: 0.5 },
  });
});

test.each<[PyValue, number]>([
  [3, 3],
  [[[1, 2, 3, 4, 5, 6]], 3],
  [[[1, 2]], 1],
])("anchors %j are %i a level", (anchors, count) => {
  expect(anchorCount(anchors)).toBe(count);
});

test("the summary's line and the metadata are those of YOLOv5's own", () => {
  const { summaryLine, metadata } = read(`${HEAD}anchors: 3\n${ROWS}`);
  expect(summaryLine({ name: "m", layers: 6, leaves: 3, parameters: 12345, gradients: 12345, gflops: 0.04 })).toBe(
    "m summary: 6 layers, 12345 parameters, 12345 gradients, 0.0 GFLOPs",
  );
  const facts = { strides: [8, 16], names: ["cat", "o'neil"], size: [64, 64], batch: 1, outputs: [] } as const;
  expect(Object.fromEntries(metadata({ ...facts, dynamic: false }))).toEqual({
    names: "{0: 'cat', 1: \"o'neil\"}",
    stride: "32",
  });
  expect(metadata({ ...facts, dynamic: true, openStep: 224 }).get("stride")).toBe("224");
});

describe("what is refused, with the reason", () => {
  const replaced = (key: string, value: string): string =>
    `${HEAD}anchors: 3\n${ROWS}`.replace(new RegExp(`^${key}: .*$`, "m"), `${key}: ${value}`);

  test.each([
    ["nc", "0", "nc is 0, expected an integer from 1 on"],
    ["nc", "-1", "nc is -1, expected an integer from 1 on"],
    ["nc", "1.5", "nc is 1.5, expected an integer"],
    ["nc", "many", "nc is 'many', expected an integer"],
    ["nc", "1000001", "nc is 1000001, expected an integer"],
    ["depth_multiple", "0.0", "depth_multiple is 0.0, expected a number above 0"],
    ["width_multiple", ".nan", "width_multiple is nan, expected a number above 0"],
    ["width_multiple", "101", "width_multiple is 101, expected a number above 0"],
    ["depth_multiple", "[1]", "depth_multiple is [1], expected a number above 0"],
    ["anchors", "0", "anchors is 0, expected a count"],
    ["anchors", "101", "anchors is 101, expected a count"],
    ["anchors", "[]", "anchors is [], expected a count"],
    ["anchors", "[[]]", "anchors is [[]], expected a count"],
    ["anchors", "[[1, 2, 3]]", "the same number of w,h pairs for each level"],
    ["anchors", "[[1, 2], [1, 2, 3, 4]]", "the same number of w,h pairs for each level"],
    ["anchors", "[[1, x]]", "anchors is [[1, 'x']], expected a count"],
  ])("%s: %s", (key, value, reason) => {
    expect(() => read(replaced(key, value))).toThrow(reason);
  });

  test("a yaml that is no mapping", () => {
    expect(() => read("- 1\n")).toThrow("the document is [1], expected a mapping with nc, anchors, backbone and head");
  });

  test("keys that are missing, and what a yaml of the family has", () => {
    expect(() => read("nc: 80\nbackbone: []\n")).toThrow(
      "m has no depth_multiple, width_multiple, anchors, head; it has nc, backbone",
    );
    expect(() => read("nc: 80\nscales: {}\n")).toThrow("a YOLOv5 model yaml has nc, depth_multiple, width_multiple,");
    expect(() => read("{}")).toThrow("it has no keys");
  });

  test.each([["ReLU"], ["nn.ReLU"], ["3"], ["True"]])("activation: %s", (text) => {
    expect(() => read(`${HEAD}anchors: 3\nactivation: ${text}\n${ROWS}`)).toThrow("expected a call such as nn.ReLU()");
  });

  test.each([
    ["5", "found 5, expected [from, number, module, args]"],
    ["[-1, 1, Conv]", "found [-1, 1, 'Conv'], expected [from, number, module, args]"],
    ["[x, 1, Conv, []]", "found 'x', expected an integer `from`, or a list of them"],
    ["[[], 1, Conv, []]", "found [], expected an integer `from`, or a list of them"],
    ["[1.5, 1, Conv, []]", "found 1.5, expected an integer `from`"],
    ["[-1, -1, Conv, []]", "found -1, expected a `number` of repeats from 0 to 1000"],
    ["[-1, 1001, Conv, []]", "found 1001, expected a `number` of repeats"],
    ["[-1, x, Conv, []]", "found 'x', expected a `number` of repeats"],
    ["[-1, 1, 3, []]", "found 3, expected the name of a module"],
    ["[-1, 1, Conv, 8]", "found 8, expected a list of arguments"],
  ])("the row %s", (row, reason) => {
    const text = `${HEAD}anchors: 3\nbackbone:\n  - [-1, 1, Conv, [8]]\n  - ${row}\nhead: []\n`;
    expect(() => read(text)).toThrow(`${reason}`);
    expect(() => read(text)).toThrow("(backbone[1])");
  });

  test("a section that is no list", () => {
    expect(() => read(`${HEAD}anchors: 3\nbackbone: 3\nhead: []\n`)).toThrow("backbone is 3, expected a list of");
  });

  test("a long value is cut short", () => {
    expect(() => read(replaced("nc", `"${"x".repeat(100)}"`))).toThrow(`nc is '${"x".repeat(76)}…, expected`);
  });
});
