import { describe, expect, test } from "@jest/globals";
import { defineModule, moduleTable, parseYaml, planUnchanged } from "@yolo-compile/network";
import { loadNetwork } from "./compile-graphs.js";
import { FAMILIES, familyOf, modulesFor, outputsOf } from "./families.js";

const load = (text: string) => loadNetwork({ file: "m.yaml", text }, undefined);

describe("a yaml", () => {
  test("of no known family is told what each looks like", () => {
    expect(() => load("nc: 80\nlayers: []\n")).toThrow(
      "compile/family: m.yaml is the yaml of no family that is known here: it has nc, layers\n  Ultralytics: a yaml with",
    );
  });

  test.each([
    ["anchors: 3\nbackbone: []\nhead: []", "YOLOv5"],
    ["backbone: []\nhead: [[[1], 1, Detect, [nc, anchors]]]", "YOLOv5"],
    ["backbone: []\nhead: [[[1], 1, Detect, [nc]]]", "Ultralytics"],
    ["anchors: 3\nscales: {}\nbackbone: []\nhead: []", "Ultralytics"],
  ])("%j", (text, family) => {
    expect(familyOf({ document: parseYaml(text, "m.yaml") })?.name).toBe(family);
  });

  test.each([
    ["train: a\nval: b\n", "it has train, val"],
    ["{}", "it has no keys"],
    ["- 1\n", "it has no mapping"],
  ])("%j", (text, found) => {
    expect(() => load(text)).toThrow(found);
  });
});

test("a family of modules alone owns no yaml, and its modules are for the yamls of others", () => {
  const yolov5 = FAMILIES.find(({ name }) => name === "YOLOv5");
  expect(familyOf({ document: new Map([["backbone", []]]) })).toBe(yolov5);
  const known = modulesFor(yolov5!);
  expect(known.get("EfficientViT_M0")?.type).toBe("EfficientViT_M0");
  expect(known.get("nn.ReLU")?.type).toBe("torch.nn.modules.activation.ReLU");
  expect(known.get("constructor")).toBeUndefined();
});

test("the user's own modules go before all others", () => {
  const conv = defineModule({ type: "own.Conv", signature: [], plan: planUnchanged, build: (_, x) => x });
  const own = moduleTable({ Conv: conv });
  expect(modulesFor(FAMILIES[0]!, own).get("Conv")).toBe(conv);
  expect([...modulesFor(FAMILIES[0]!, own).keys()].filter((name) => name === "Conv")).toHaveLength(1);
});

test("outputs that no family knows have no layout", () => {
  expect(outputsOf({ outputs: [{ name: "logits", shape: [1, 1000] }], metadata: new Map() })).toBeUndefined();
  expect(outputsOf({ outputs: [{ name: "y", shape: [1, 100, 7] }], metadata: new Map() })).toHaveLength(1);
});
