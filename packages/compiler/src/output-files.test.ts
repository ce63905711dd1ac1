import { expect, test } from "@jest/globals";
import { GraphBuilder, lazyConstant } from "@yolo-compile/ir";
import { encodeFiles } from "./output-files.js";

function graphWith(elements: number) {
  const builder = new GraphBuilder("net");
  const type = { dtype: "f32", shape: [elements] } as const;
  const x = builder.input("x", type);
  const read = () => {
    throw new Error("nothing is read before it is written");
  };
  builder.output("y", builder.op("Add", [x, lazyConstant({ ...type, read }, "w")], {}, { path: "m", rules: [] }));
  return builder.build();
}

const sizes = (elements: number, externalData?: boolean) =>
  encodeFiles(graphWith(elements), {
    name: "m.onnx",
    opset: 17,
    ...(externalData !== undefined && { externalData }),
  }).map(({ name, byteLength }) => [name, byteLength]);

test("weights lie in the model, unless they are to lie beside it or do not fit", () => {
  expect(sizes(1000).map(([name]) => name)).toEqual(["m.onnx"]);
  expect(sizes(1000, true)).toEqual([
    ["m.onnx", expect.any(Number)],
    ["m.onnx.data", 4000],
  ]);
  expect(sizes(2 ** 29)).toEqual([
    ["m.onnx", expect.any(Number)],
    ["m.onnx.data", 2 ** 31],
  ]);
});
