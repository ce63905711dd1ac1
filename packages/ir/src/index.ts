export * from "./attributes.js";
export * from "./builder.js";
export * from "./graph.js";
export * from "./names.js";
export * from "./node.js";
export { broadcast, broadcastOffsets } from "./ops/broadcast.js";
export {
  type AttributesOf,
  type GivenAttributesOf,
  isKnownOp,
  OP_NAMES,
  OPS,
  type OpName,
  schemaOf,
} from "./ops/index.js";
export type { Attribute, AttributeKind, AttributeSchema, Attributes, OpContext, OpSchema, Traits } from "./schema.js";
export type { OpsetSupport } from "./support.js";
export * from "./text/index.js";
export * from "./traits.js";
export * from "./verify-graph.js";
