import { unknownOp } from "../diagnostics.js";
import type { CompleteAttributes, GivenAttributes, OpSchema } from "../schema.js";
import { CONVOLUTION } from "./convolution.js";
import { DETECTION } from "./detection.js";
import { ELEMENTWISE } from "./elementwise.js";
import { GENERATION } from "./generation.js";
import { MATRIX } from "./matrix.js";
import { MOVEMENT } from "./movement.js";
import { NORMALIZATION } from "./normalization.js";
import { POOLING } from "./pooling.js";
import { QUANTIZATION } from "./quantization.js";
import { REDUCTION } from "./reduction.js";
import { RESHAPING } from "./reshaping.js";
import { RESIZING } from "./resizing.js";

/** Every op of the IR. A new op is one entry in the table of its kind. */
export const OPS = {
  ...CONVOLUTION,
  ...MATRIX,
  ...NORMALIZATION,
  ...DETECTION,
  ...ELEMENTWISE,
  ...GENERATION,
  ...MOVEMENT,
  ...POOLING,
  ...QUANTIZATION,
  ...REDUCTION,
  ...RESHAPING,
  ...RESIZING,
} satisfies Record<string, OpSchema>;

/** The name of an op of the IR, in ONNX's spelling. */
export type OpName = keyof typeof OPS;

/** The attributes of a node of that op, all of them. */
export type AttributesOf<Op extends OpName> = CompleteAttributes<(typeof OPS)[Op]["attributes"]>;

/** The attributes that a new node of that op is given; those that have a default may be left out. */
export type GivenAttributesOf<Op extends OpName> = {
  [Name in OpName]: GivenAttributes<(typeof OPS)[Name]["attributes"]>;
}[Op];

/** All names of {@link OPS}. */
export const OP_NAMES = Object.keys(OPS) as readonly OpName[]; // keys of the literal above

/** Whether the IR has an op of that name. */
export const isKnownOp = (op: string): op is OpName => Object.hasOwn(OPS, op);

/** @throws ir/op if there is none of that name */
export function schemaOf(op: string): OpSchema {
  if (!isKnownOp(op)) throw unknownOp(op, Object.keys(OPS));
  return OPS[op];
}
