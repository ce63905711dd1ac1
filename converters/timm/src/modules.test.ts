import { expect, test } from "@jest/globals";
import type { CompileError } from "@yolo-compile/core";
import type { PlanContext, PyValue, RowPlan } from "@yolo-compile/network";
import { TIMM } from "./modules.js";

const plan = (module: string, args: readonly PyValue[], channels = 3): RowPlan => {
  const context: PlanContext = {
    module,
    where: "backbone[0]",
    inputs: [channels],
    args,
    repeats: 1,
    scaledChannels: (wanted) => wanted,
    outputChannels: (wanted) => wanted,
    previousChannels: channels,
    settings: new Map(),
  };
  return TIMM.modules.get(module)!.plan(context);
};

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as CompileError).message;
  }
  return "";
}

test("a row gives the channels of the levels, and prints the arguments as they stand", () => {
  expect(plan("resnet18", [false])).toMatchObject({ channels: [64, 64, 128, 256, 512], printed: [false] });
});

test("the name of a set of trained weights behind a dot changes nothing but the type that is printed", () => {
  expect(plan("resnet18.a1_in1k", [true]).channels).toEqual(plan("resnet18", [false]).channels);
  expect(TIMM.modules.get("resnet18.a1_in1k")?.type).toBe("resnet18.a1_in1k");
});

test("only the first argument counts", () => {
  expect(plan("resnet18", [false, 7]).args).toEqual([false]);
});

test("a row without arguments, which the original cannot build, is refused", () => {
  expect(refusal(() => plan("resnet18", []))).toMatch(/resnet18 has no arguments, expected \[False\] or \[True\]/);
});

test("an image of other channels is refused", () => {
  expect(refusal(() => plan("resnet18", [false], 4))).toMatch(/takes an image of 3 channels, found 4/);
});

test.each(["swin_tiny_patch4_window7_224", "rexnet_100.nav_in1k"])("%s is refused with the reason", (name) => {
  expect(refusal(() => plan(name, [false]))).toMatch(/YOLOv5 measures strides .* the original cannot build it either/);
  expect([...TIMM.modules.keys()]).not.toContain(name);
});

test("a name that timm has not is none of the family's", () => {
  expect(TIMM.modules.get("resnet19")).toBeUndefined();
});
