import type { DType, Size, Tensor, TensorType, ValueType } from "@yolo-compile/core";
import type { OpsetSupport } from "./support.js";

/**
 * The TypeScript type of each kind of attribute. A `dtype` is an int in ONNX; `sizes` and `floats` are constant or computed
 * inputs there; a `symbol` names a size that only the data decide, which ONNX does not name.
 */
export interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly sizes: readonly Size[];
  readonly dtype: DType;
  readonly symbol: string;
}

/** The name of a kind of attribute. */
export type AttributeKind = keyof AttributeValues;

/** An attribute of any op; its kind is in the op's schema. */
export type Attribute = AttributeValues[AttributeKind];

/** Complete attributes of any op: those that the source left out have the schema's default. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** The kind of one attribute, and its default. */
export interface AttributeSchema<Kind extends AttributeKind = AttributeKind> {
  readonly kind: Kind;
  /** Absent: the attribute is required. */
  readonly default?: AttributeValues[Kind];
}

/** An attribute that may be left out. */
export interface DefaultedAttribute<Kind extends AttributeKind> extends AttributeSchema<Kind> {
  readonly default: AttributeValues[Kind];
}

/** The attributes of an op by name. */
export type AttributeSchemas = Readonly<Record<string, AttributeSchema>>;

/** The attributes of a node, all of them. */
export type CompleteAttributes<Schemas extends AttributeSchemas> = {
  readonly [Name in keyof Schemas]: AttributeValues[Schemas[Name]["kind"]];
};

type Optional<Schemas extends AttributeSchemas> = {
  [Name in keyof Schemas]: Schemas[Name] extends DefaultedAttribute<AttributeKind> ? Name : never;
}[keyof Schemas];

/** The attributes that a new node is given: those with a default may be left out. */
export type GivenAttributes<Schemas extends AttributeSchemas> = keyof Schemas extends never
  ? Readonly<Record<string, never>>
  : Omit<CompleteAttributes<Schemas>, Optional<Schemas>> &
      Partial<Pick<CompleteAttributes<Schemas>, Optional<Schemas>>>;

/** The view of a node that `infer` and `fold` work on. */
export interface OpContext<Schemas extends AttributeSchemas = AttributeSchemas> {
  readonly op: string;
  readonly attributes: CompleteAttributes<Schemas>;
  readonly inputs: readonly (ValueType | undefined)[];
}

/** Properties of an op that rewrites ask for, instead of knowing ops by name. */
export interface Traits<Schemas extends AttributeSchemas = AttributeSchemas> {
  /**
   * y[i] = f(x[i]) for the only input, or y[i] = f(a[i], b[i]) under numpy's broadcast; in the element type of the inputs.
   */
  readonly elementwise?: "unary" | "binary";
  /** Every element of the outputs is one of input 0: all of them, each once, or some. */
  readonly moves?: "each" | "some";
  /** Whether the one output has all elements of input 0, in their order and element type; its shape may be another. */
  keepsOrder?(node: OpContext<NoInfer<Schemas>>): boolean;
  /** The inputs that are maps [n,c,h,w] whose pixels the node treats all alike, so that they may as well be rows [n,c,h*w]. */
  pixelwise?(node: OpContext<NoInfer<Schemas>>): readonly number[];
  /** Each element of the outputs is a sum: of products of two inputs' elements, or of elements of input 0, or their mean. */
  readonly sums?: "products" | "elements" | "mean";
  /** Inputs that are f32 whatever the element type of the others. */
  readonly singleInputs?: readonly number[];
}

/**
 * One operator. Its inputs are tensors to compute with; sizes, axes and scales are attributes, which the ONNX writer spells
 * as each opset wants them. Its functions are methods so that the schema of one op is also one of any op: nodes are made
 * with the attributes of their own op only.
 */
export interface OpSchema<Schemas extends AttributeSchemas = AttributeSchemas> {
  /** Fewest and most inputs; those past the fewest may be left out. */
  readonly inputs: readonly [fewest: number, most: number];
  readonly attributes: Schemas;
  /** The types of all outputs. @throws ir/type where the inputs do not fit. */
  infer(node: OpContext<NoInfer<Schemas>>): readonly ValueType[];
  /** The outputs, of `types`, where all inputs are constants and no size has a symbol. Computes in float64 and rounds once. */
  fold?(
    node: OpContext<NoInfer<Schemas>>,
    inputs: readonly (Tensor | undefined)[],
    types: readonly TensorType[],
  ): readonly Tensor[];
  readonly traits?: Traits<Schemas>;
  /** The opsets of ONNX that have it, and the element types in each. */
  readonly support: OpsetSupport;
}

/** The schema itself, with the types of its attributes. */
export const op = <const Schemas extends AttributeSchemas>(schema: OpSchema<Schemas>): OpSchema<Schemas> => schema;

/** An attribute that is an integer; required where no `fallback` is given. */
export function int(): AttributeSchema<"int">;
export function int(fallback: number): DefaultedAttribute<"int">;
export function int(fallback?: number): AttributeSchema<"int"> {
  return fallback === undefined ? { kind: "int" } : { kind: "int", default: fallback };
}

/** An attribute that is a list of integers; required where no `fallback` is given. */
export function ints(): AttributeSchema<"ints">;
export function ints(fallback: readonly number[]): DefaultedAttribute<"ints">;
export function ints(fallback?: readonly number[]): AttributeSchema<"ints"> {
  return fallback === undefined ? { kind: "ints" } : { kind: "ints", default: fallback };
}

/** An attribute that is a list of sizes; required where no `fallback` is given. */
export function sizes(): AttributeSchema<"sizes">;
export function sizes(fallback: readonly number[]): DefaultedAttribute<"sizes">;
export function sizes(fallback?: readonly number[]): AttributeSchema<"sizes"> {
  return fallback === undefined ? { kind: "sizes" } : { kind: "sizes", default: fallback };
}

/** An attribute that is a list of numbers in single precision. */
export const floats = (fallback: readonly number[]): DefaultedAttribute<"floats"> => ({
  kind: "floats",
  default: fallback,
});

/** An attribute that names a new symbol, required. */
export const symbol = (): AttributeSchema<"symbol"> => ({ kind: "symbol" });

/** An attribute in single precision. */
export const float = (fallback: number): DefaultedAttribute<"float"> => ({ kind: "float", default: fallback });

/** An attribute that is text. */
export const string = (fallback: string): DefaultedAttribute<"string"> => ({ kind: "string", default: fallback });

/** An attribute that is an element type, required. */
export const dtype = (): AttributeSchema<"dtype"> => ({ kind: "dtype" });
