import { expect, test } from "@jest/globals";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();

test("modules lists every family's, and those of one that is named", async () => {
  expect(await runCli(["modules"])).toBe(0);
  for (const text of ["YOLOv5", "Detect", "nn.Upsample", "EfficientViT_M0", "resnet18"])
    expect(cli.stdout).toContain(text);
  cli.stdout = "";
  expect(await runCli(["modules", "TIMM"])).toBe(0);
  expect(cli.stdout).toMatch(/^pretrained +resnet10t, resnet14t/m);
  expect(cli.stdout).not.toContain("Detect");
});

test("modules --json is the families, each with its modules by arguments", async () => {
  expect(await runCli(["modules", "torch.nn", "--json"])).toBe(0);
  const [listed] = JSON.parse(cli.stdout);
  expect(listed.family).toBe("torch.nn");
  expect(listed.groups).toContainEqual({ signature: ["output_size"], names: ["nn.AdaptiveAvgPool2d"] });
});

test("a family that is not there is an error with the nearest one", async () => {
  expect(await runCli(["modules", "tim"])).toBe(2);
  expect(cli.stderr).toMatch(/there is no family tim - families are timm/);
});
