import { writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();

const YAML = `
nc: 2
scales: {n: [0.33, 0.25, 1024], s: [0.33, 0.50, 1024]}
backbone: [[-1, 1, Conv, [64, 3, 2]], [-1, 1, Conv, [128, 3, 2]]]
head: [[[0, 1], 1, Detect, [nc]]]
`;

async function parametersOf(name: string): Promise<number> {
  cli.stdout = "";
  expect(await runCli(["summary", cli.at(name), "--json"])).toBe(0);
  const { parameters } = JSON.parse(cli.stdout);
  expect(parameters).toBeGreaterThan(0);
  return parameters;
}

test("a scale's yaml that does not exist is the yaml of all scales, with the scale of its name", async () => {
  writeFileSync(cli.at("yolov8-own.yaml"), YAML);
  const [small, nano] = [await parametersOf("yolov8s-own.yaml"), await parametersOf("yolov8n-own.yaml")];
  expect(small).toBeGreaterThan(nano);
  writeFileSync(cli.at("yolov8s-own.yaml"), YAML);
  expect(await parametersOf("yolov8s-own.yaml")).toBe(small);
});

test("a scale's yaml that exists is read itself", async () => {
  writeFileSync(cli.at("yolov8-own.yaml"), "nothing of the kind");
  writeFileSync(cli.at("yolov8n-own.yaml"), YAML);
  expect(await parametersOf("yolov8n-own.yaml")).toBeGreaterThan(0);
});

test("without either the file that was asked for is missed", async () => {
  expect(await runCli(["summary", cli.at("yolov8n-own.yaml")])).toBe(2);
  expect(cli.stderr).toContain("yolov8n-own.yaml");
});
