import { type messages, newWriter, onnx } from "../proto.js";

const { AttributeType } = onnx.AttributeProto;

/** A graph input or output; a string is a dynamic dimension. */
export const valueInfo = (
  name: string,
  shape: readonly (number | string)[],
  elemType = 1,
): messages.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: shape.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size })) },
    },
  },
});

/** An attribute of the type that its value has; `[name, number]` is an int. */
export function attribute(name: string, value: number | string | readonly number[]): messages.IAttributeProto {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

/** An i64 vector as an initializer. */
export const int64s = (name: string, values: readonly number[]): messages.ITensorProto => ({
  name,
  dims: [values.length],
  dataType: 7,
  int64Data: [...values],
});

/** A node that makes `y`. */
export const node = (
  opType: string,
  input: readonly string[],
  attributes: Readonly<Record<string, number | string | readonly number[]>> = {},
  output: readonly string[] = ["y"],
): messages.INodeProto => ({
  opType,
  input: [...input],
  output: [...output],
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

/** A model file as another exporter could have written it. */
export const modelBytes = (graph: messages.IGraphProto, opset = 17, model: messages.IModelProto = {}): Uint8Array =>
  onnx.ModelProto.encode(
    { irVersion: 8, opsetImport: [{ domain: "", version: opset }], graph: { name: "foreign", ...graph }, ...model },
    newWriter(),
  ).finish();
