import { expect, test } from "@jest/globals";
import { decodeModel } from "./index.js";
import { modelBytes, node, valueInfo } from "./testing/message.js";

const pathOf = (name: string): string => {
  const made = { ...node("Relu", ["x"]), name };
  const graph = { node: [made], input: [valueInfo("x", [1])], output: [valueInfo("y", [1])] };
  return decodeModel(modelBytes(graph)).nodes[0]!.origin.path;
};

test.each([
  ["model.6.cv1.act/Relu_3", "model.6.cv1.act"],
  ["/model.6/m/m.0/cv1/act/Relu", "model.6.m.0.cv1.act"],
  ["/wrapped/model/model.6/Relu_12", "wrapped.model.6"],
  ["Relu_12", ""],
  ["by hand", "by hand"],
])("the module of a node named %s is %s", (name, path) => {
  expect(pathOf(name)).toBe(path);
});
