import { type DType, sameSize, symbolSize, type ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, type OpContext, type OpSchema, op, symbol } from "../schema.js";
import { ranked } from "./context.js";

const SUPPRESSION = { center_point_box: int(0), count: symbol() };

function inferSuppression(node: OpContext<typeof SUPPRESSION>): ValueType[] {
  const [boxes, scores] = [ranked(node, 0, 3), ranked(node, 1, 3)];
  const fits = sameSize(boxes.shape[0], scores.shape[0]) && sameSize(boxes.shape[1], scores.shape[2]);
  if (!fits || boxes.shape[2] !== 4) throw typeError(node.op, "the boxes do not fit the scores", node.inputs);
  if (boxes.dtype !== "f32" || scores.dtype !== "f32")
    throw typeError(node.op, "boxes and scores must be f32", node.inputs);
  checkScalarOf(node, 2, "i64");
  checkScalarOf(node, 3, "f32");
  checkScalarOf(node, 4, "f32");
  return [{ dtype: "i64", shape: [symbolSize(node.attributes.count), 3] }];
}

/** ONNX takes scalars and vectors of one element. */
function checkScalarOf(node: OpContext, index: number, dtype: DType): void {
  const type = node.inputs[index];
  if (type && (type.dtype !== dtype || type.shape.length > 1 || !type.shape.every((size) => size === 1)))
    throw typeError(node.op, `input ${index} must be a scalar of ${dtype}`, node.inputs);
}

/** Ops that choose among boxes. */
export const DETECTION = {
  /**
   * The boxes that stay where they overlap, as [batch, class, box] each. Inputs: boxes [n,b,4], scores [n,classes,b], the
   * most boxes a class?, threshold of overlap?, threshold of score?. `count` names the number of rows, which only the data
   * decide; it may be 0, which no other symbol may.
   */
  NonMaxSuppression: op({
    support: { types: [[11, ["f32"]]], inputs: { 2: ["i64"], 3: ["f32"], 4: ["f32"] } },
    inputs: [2, 5],
    attributes: SUPPRESSION,
    infer: inferSuppression,
    traits: { singleInputs: [0, 1, 3, 4] },
  }),
} satisfies Record<string, OpSchema>;
