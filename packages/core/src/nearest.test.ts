import { expect, test } from "@jest/globals";
import { nearestNames } from "./nearest.js";

const KNOWN = ["Conv", "Concat", "Contract", "convnext_atto", "convnext_tiny", "resnet18", "resnet101"];

test("names that begin with what is written are near, however long they are", () => {
  expect(nearestNames("convnext", KNOWN)).toEqual(["convnext_atto", "convnext_tiny", "Conv"]);
});

test("a beginning of few letters stands for nothing", () => {
  expect(nearestNames("Con", KNOWN)).toEqual(["Conv"]);
});

test("nearer names come first, whatever their case", () => {
  expect(nearestNames("ResNet11", KNOWN)).toEqual(["resnet18", "resnet101"]);
});
