export * from "./attributes.js";
export * from "./builder.js";
export * from "./graph.js";
export * from "./names.js";
export * from "./node.js";
export { broadcast } from "./ops/broadcast.js";
export { isKnownOp, OPS, type OpName, schemaOf } from "./ops/index.js";
export type { AttributeKind, AttributeSchema, OpContext, OpSchema } from "./schema.js";
export * from "./verify.js";
