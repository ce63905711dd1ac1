import { expect, test } from "@jest/globals";
import { isCompileError } from "@yolo-compile/core";
import { ALL_OPSETS, runGraph } from "@yolo-compile/testkit";
import { fits, INFER_CASES } from "../testing/infer-cases.js";
import { oneNode } from "../testing/one-node.js";

/** The error code of a form that the opset does not have; undefined where ONNX Runtime runs it. */
async function refusal(inputs: string, node: string, opset: number): Promise<string | undefined> {
  try {
    await runGraph(oneNode(inputs, node), { opset });
    return undefined;
  } catch (error) {
    if (isCompileError(error)) return error.diagnostic.code;
    throw error;
  }
}

test.each(ALL_OPSETS)(
  "ONNX Runtime loads and runs every op at opset %i, or the opset does not have it",
  async (opset) => {
    for (const { inputs = "", node } of INFER_CASES.filter(fits)) {
      const code = await refusal(inputs, node, opset);
      expect([node, code]).toEqual([node, code === undefined ? undefined : "onnx/opset"]);
    }
  },
);
