import { describe, expect, test } from "@jest/globals";
import { defineModule, moduleTable, planUnchanged } from "@yolo-compile/network";
import { loadNetwork } from "./compile-graphs.js";
import { FAMILIES, familyOf, modulesFor, outputsOf } from "./families.js";

const ROWS = "backbone:\n  - [-1, 1, nn.ReLU, []]\nhead: []\n";
const load = (text: string) => loadNetwork({ file: "m.yaml", text }, undefined);

describe("a yaml of no known family", () => {
  test("is told what each looks like", () => {
    expect(() => load(`nc: 80\nscales: {n: [0.33, 0.25, 1024]}\n${ROWS}`)).toThrow(
      "compile/family: m.yaml is the yaml of no family that is known here: it has nc, scales, backbone, head\n  YOLOv5: a yaml with",
    );
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
  const [yolov5] = FAMILIES;
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
