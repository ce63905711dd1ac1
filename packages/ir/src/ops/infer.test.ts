import { expect, test } from "@jest/globals";
import { formatType } from "@yolo-compile/core";
import { runGraph } from "@yolo-compile/testkit";
import { fits, INFER_CASES } from "../testing/infer-cases.js";
import { type Case, inferred, oneNode } from "../testing/one-node.js";
import { OPS } from "./index.js";

const opOf = ({ node }: Case): string => /= (\w+)\(/.exec(node)![1]!;

test("every op has cases that fit and cases that do not", () => {
  expect([...new Set(INFER_CASES.filter(fits).map(opOf))].sort()).toEqual(Object.keys(OPS).sort());
  expect([...new Set(INFER_CASES.filter((one) => !fits(one)).map(opOf))].sort()).toEqual(Object.keys(OPS).sort());
});

test.each(INFER_CASES.map((one) => [`${one.inputs}; ${one.node.replaceAll("\n", "; ")}`, one] as const))(
  "%s",
  (_, { inputs = "", node, gives }) => {
    expect(inferred(inputs, node)).toBe(gives);
  },
);

test("ONNX Runtime's outputs have the inferred types", async () => {
  for (const one of INFER_CASES.filter(fits)) {
    const graph = oneNode(one.inputs ?? "", one.node);
    const outputs = await runGraph(graph);
    const found = outputs.map(formatType).join(", ");
    // Only the run says how many boxes are kept.
    const given = one.gives.replace("[kept,", `[${outputs[0]!.shape[0]},`);
    expect(`${one.node}: ${found}`).toBe(`${one.node}: ${given}`);
  }
});
