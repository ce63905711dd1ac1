import type { Tensor, TensorType } from "@yolo-compile/core";
import type { Attribute, Attributes } from "./graph.js";

/** ONNX's attribute kinds that we use; a `dtype` is an int in ONNX and `f32` here. */
export type AttributeKind = "int" | "float" | "string" | "ints" | "dtype";

/** What an op takes for one attribute. */
export interface AttributeSchema {
  readonly kind: AttributeKind;
  /** Absent: the attribute is required. */
  readonly default?: Attribute;
}

/** What `infer` and `fold` see of a node. */
export interface OpContext {
  readonly op: string;
  readonly attributes: Attributes;
  readonly inputs: readonly (TensorType | undefined)[];
  /** The tensor of a constant input. */
  constant(index: number): Tensor | undefined;
}

/**
 * One operator, in the form that the IR keeps: that of opset 18 (axes of reductions and Squeeze as inputs, Split with its
 * sizes as input). The ONNX writer lowers to older opsets.
 */
export interface OpSchema {
  /** Fewest and most inputs; those past the fewest may be left out. */
  readonly inputs: readonly [fewest: number, most: number];
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  /** The types of all outputs. @throws ir/type where the inputs do not fit. */
  readonly infer: (node: OpContext) => readonly TensorType[];
  /** The outputs, where all inputs are constants. Computes in float64 and rounds once. */
  readonly fold?: (node: OpContext, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[];
  /** First opset whose form this is. */
  readonly since: number;
}

/** An attribute that is an integer; required where no `fallback` is given. */
export const int = (fallback?: number): AttributeSchema => attribute("int", fallback);
/** An attribute in single precision; required where no `fallback` is given. */
export const float = (fallback?: number): AttributeSchema => attribute("float", fallback);
/** An attribute that is text; required where no `fallback` is given. */
export const string = (fallback?: string): AttributeSchema => attribute("string", fallback);
/** An attribute that is a list of integers; required where no `fallback` is given. */
export const ints = (fallback?: readonly number[]): AttributeSchema => attribute("ints", fallback);

const attribute = (kind: AttributeKind, fallback?: Attribute): AttributeSchema =>
  fallback === undefined ? { kind } : { kind, default: fallback };
