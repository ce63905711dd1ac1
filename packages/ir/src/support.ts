import type { DType } from "@yolo-compile/core";

/** The opsets of ONNX that have an op, and the element types in each, as ONNX's operator schemas list them. */
export interface OpsetSupport {
  /** The element types of input 0, or of the output where there is none, each with the first opset that has them. The first entry's is the lowest opset of the op. */
  readonly types: readonly (readonly [opset: number, dtypes: readonly DType[]])[];
  /** The types of inputs that do not share that of input 0. */
  readonly inputs?: Readonly<Record<number, readonly DType[]>>;
  /** Attribute values that not every opset of the op has. */
  readonly values?: readonly AttributeSupport[];
}

/** An attribute value that not every opset of its op has. */
export interface AttributeSupport {
  readonly attribute: string;
  readonly value: string;
  readonly from?: number;
  readonly until?: number;
}

/** float32, float16 and float64. */
export const FLOATS: readonly DType[] = ["f32", "f16", "f64"];
/** Integers of 32 and 64 bits. */
export const WIDE: readonly DType[] = ["i32", "u32", "i64", "u64"];
/** Integers of 8 and 16 bits. */
export const NARROW: readonly DType[] = ["i8", "u8", "i16", "u16"];
/** Integers that may be negative. */
export const SIGNED: readonly DType[] = ["i8", "i16", "i32", "i64"];
/** Element types of counts and indices. */
export const INDEX: readonly DType[] = ["i32", "i64"];

/** For floating point numbers alone; bfloat16 came with opset `bf16`. */
export const floatSupport = (bf16: number, since = 11): OpsetSupport => ({
  types: [
    [since, FLOATS],
    [bf16, ["bf16"]],
  ],
});

/** For numbers of 32 bits and more, and with opset `narrow` for small integers; without it never for those. */
export const numberSupport = ({ narrow, bf16 = 13 }: { narrow?: number; bf16?: number } = {}): OpsetSupport => ({
  types: [[11, [...FLOATS, ...WIDE]], [bf16, ["bf16"]], ...(narrow === undefined ? [] : [[narrow, NARROW] as const])],
});

/** For every element type: the op moves elements and computes nothing. */
export const anySupport = (more: Omit<OpsetSupport, "types"> = {}): OpsetSupport => ({
  types: [
    [11, [...FLOATS, ...WIDE, ...NARROW, "bool"]],
    [13, ["bf16"]],
  ],
  ...more,
});
