import type { DType, Tensor } from "@yolo-compile/core";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { unsupportedType } from "./diagnostics.js";
import type { PlainTensor } from "./onnx-runtime.mjs";
import type { ValueInfo } from "./value-info.js";

const ORT_TYPES = {
  f32: "float32",
  f16: "float16",
  f64: "float64",
  i8: "int8",
  u8: "uint8",
  i16: "int16",
  u16: "uint16",
  i32: "int32",
  u32: "uint32",
  i64: "int64",
  u64: "uint64",
  bool: "bool",
} as const satisfies Record<Exclude<DType, "bf16">, OrtTensor.Type>;

const DTYPES: ReadonlyMap<string, DType> = new Map(
  // Object.entries forgets the key type that `satisfies` has checked.
  (Object.entries(ORT_TYPES) as [DType, string][]).map(([dtype, type]) => [type, dtype]),
);

/** An input or output as ONNX Runtime describes it. @throws runtime/type */
export function valueInfo(model: string, value: InferenceSession.ValueMetadata): ValueInfo {
  const dtype = value.isTensor ? DTYPES.get(value.type) : undefined;
  if (!value.isTensor || !dtype) throw unsupportedType(model, value.name, value.isTensor ? value.type : "no tensor");
  return { name: value.name, dtype, shape: value.shape };
}

/** @throws runtime/type */
export function toPlain(inputs: ReadonlyMap<string, Tensor>): Record<string, PlainTensor> {
  return Object.fromEntries(
    [...inputs].map(([name, { dtype, shape, data }]) => {
      if (dtype === "bf16") throw unsupportedType("the input", name, dtype);
      return [name, { type: ORT_TYPES[dtype], data, dims: shape }];
    }),
  );
}

/** The outputs in the model's order. @throws runtime/type */
export function fromPlain(
  model: string,
  results: Readonly<Record<string, PlainTensor>>,
  outputs: readonly ValueInfo[],
): ReadonlyMap<string, Tensor> {
  return new Map(
    outputs.map(({ name }) => {
      const value = results[name];
      const dtype = value && DTYPES.get(value.type);
      if (!dtype) throw unsupportedType(model, name, String(value?.type));
      return [name, { dtype, shape: value.dims, data: value.data as Tensor["data"] }]; // not a string tensor
    }),
  );
}
