import type { ValueType } from "@yolo-compile/core";
import { attributeError } from "../diagnostics.js";
import { type OpContext, type OpSchema, op, sizes } from "../schema.js";
import { reaches } from "./context.js";

const RANGE = { limit: sizes() };

function inferRange(node: OpContext<typeof RANGE>): ValueType[] {
  const { limit } = node.attributes;
  const [count] = limit;
  if (limit.length !== 1 || count === undefined || !reaches(node, "the limit", count, 0))
    throw attributeError(node.op, "limit", "one size of at least 0", limit);
  return [{ dtype: "i64", shape: [count] }];
}

/** Ops that make values of sizes alone. */
export const GENERATION = {
  /** 0, 1, 2, … below `limit`. */
  Range: op({
    support: { types: [[11, ["i64"]]] },
    inputs: [0, 0],
    attributes: RANGE,
    infer: inferRange,
    fold: (_node, _inputs, [type]) => [
      { ...type!, data: BigInt64Array.from({ length: type!.shape[0]! }, (_, index) => BigInt(index)) },
    ],
  }),
} satisfies Record<string, OpSchema>;
