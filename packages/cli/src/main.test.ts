import { expect, test } from "@jest/globals";
import { wantsSupervisor } from "./main.js";

test.each([
  [["--version"], false],
  [["-V"], false],
  [["verify", "--help"], false],
  [["best.pt", "-h"], false],
  [["summary", "a.yaml"], false],
  [["modules", "timm"], false],
  [["best.pt"], true],
  [["verify", "best.pt"], true],
  [["-o", "a.onnx", "--", "--help"], true],
  [[], true],
])("a second process watches over %j: %s", (argv, wanted) => {
  expect(wantsSupervisor(argv)).toBe(wanted);
});
