import { unknownOp } from "../diagnostics.js";
import type { OpSchema } from "../schema.js";
import { CONVOLUTION } from "./convolution.js";
import { ELEMENTWISE } from "./elementwise.js";
import { MOVEMENT } from "./movement.js";
import { REDUCTION } from "./reduction.js";
import { RESHAPING } from "./reshaping.js";
import { RESIZING } from "./resizing.js";

/** Every op of the IR. A new op is one entry in the table of its family. */
export const OPS = {
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...MOVEMENT,
  ...REDUCTION,
  ...RESHAPING,
  ...RESIZING,
} satisfies Record<string, OpSchema>;

/** The name of an op of the IR, in ONNX's spelling. */
export type OpName = keyof typeof OPS;

/** Whether the IR has an op of that name. */
export const isKnownOp = (op: string): op is OpName => Object.hasOwn(OPS, op);

/** @throws ir/op if there is none of that name */
export function schemaOf(op: string): OpSchema {
  if (!isKnownOp(op)) throw unknownOp(op, Object.keys(OPS));
  return OPS[op];
}
