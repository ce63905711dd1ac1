import { expect, test } from "@jest/globals";
import { int64s, tensorOf } from "@yolo-compile/core";
import { GraphBuilder } from "../builder.js";
import { constantValue } from "../graph.js";
import { parseGraph } from "./parse.js";
import { printGraph } from "./print.js";

const ramp = (count: number) =>
  tensorOf(
    "f32",
    [count],
    Float32Array.from({ length: count }, (_, index) => index),
  );

test("every part of a graph", () => {
  const builder = new GraphBuilder("net");
  const x = builder.input("images", { dtype: "f32", shape: [1, 3, 8, 8] });
  const w = constantValue(
    tensorOf(
      "f32",
      [4, 3, 3, 3],
      Float32Array.from({ length: 108 }, (_, index) => Math.sin(index)),
    ),
    "conv.weight",
  );
  const b = constantValue(tensorOf("f32", [4], [1, -0, Number.NaN, 1e-7]), "conv.bias");
  const conv = builder.op(
    "Conv",
    [x, w, b],
    { strides: [2, 2], pads: [1, 1, 1, 1] },
    { path: "model.0", rules: ["a"] },
  );
  const act = builder.op("LeakyRelu", [conv], { alpha: 0.1 }, { path: "model.0.act", rules: [] });
  const [left, right] = builder.ops("Split", [act], { axis: 1, sizes: [2, 2] }, { path: "", rules: ["b"] });
  const same = constantValue(tensorOf("f32", [1, 2, 4, 4], new Array<number>(32).fill(0.5)), "half");
  builder.output("output0", builder.op("Add", [left, same], {}, { path: "", rules: [] }));
  builder.output("output1", right!);
  builder.output("again", right!);
  const graph = builder.build(
    new Map([
      ["stride", "32"],
      ['a "key"', "line\nbreak"],
    ]),
  );
  expect(printGraph(graph)).toMatchInlineSnapshot(`
"graph net(%images: f32[1,3,8,8]) {
  meta "stride" = "32"
  meta "a \\"key\\"" = "line\\nbreak"
  %conv.weight = f32[4,3,3,3] elided b88e7086
  %conv.bias = f32[4] {1, -0.0, nan, 1e-7}
  %half = f32[1,2,4,4] splat 0.5
  %model.0/Conv = Conv(%images, %conv.weight, %conv.bias) {pads=[1, 1, 1, 1], strides=[2, 2]} : f32[1,4,4,4] @ model.0 [a]
  %model.0.act/LeakyRelu = LeakyRelu(%model.0/Conv) {alpha=0.1} : f32[1,4,4,4] @ model.0.act
  %Split, %output1 = Split(%model.0.act/LeakyRelu) {axis=1, sizes=[2, 2]} : f32[1,2,4,4], f32[1,2,4,4] @ "" [b]
  %output0 = Add(%Split, %half) : f32[1,2,4,4]
  return %output0, %output1, again = %output1
}"
`);
});

test("constants: exact when small, splat when equal, else elided, or base64 on request", () => {
  const printed = (...constants: ReturnType<typeof ramp>[]) => {
    const builder = new GraphBuilder("t");
    for (const [index, tensor] of constants.entries()) builder.output(`c${index}`, constantValue(tensor, "c"));
    return (options = {}) =>
      printGraph(builder.build(), options)
        .split("\n")
        .slice(1, -2)
        .map((line) => line.replace(/.* = /, ""));
  };
  const all = printed(
    ramp(16),
    ramp(17),
    tensorOf("f32", [], [0.1]),
    tensorOf("f32", [1], [0.1]),
    tensorOf("f16", [2], [0.1, 65504]),
    tensorOf("f32", [2], [0, -0]),
    int64s([-1]),
    tensorOf("bool", [2], [1, 0]),
    tensorOf("u8", [0, 4], []),
    tensorOf("f64", [1], [0.1]),
  );
  expect(all()).toEqual([
    "f32[16] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}",
    "f32[17] elided e8d2dbef",
    "f32[] splat 0.1",
    "f32[1] {0.1}",
    "f16[2] {0.1, 65500}",
    "f32[2] {0, -0.0}",
    "i64[1] {-1}",
    "bool[2] {true, false}",
    "u8[0,4] {}",
    "f64[1] {0.1}",
  ]);
  expect(all({ constants: "full" })[1]).toBe(
    'f32[17] base64 "AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQAAA4EAAAABBAAAQQQAAIEEAADBBAABAQQAAUEEAAGBBAABwQQAAgEE="',
  );
});

test("names that are no plain words stand in quotes", () => {
  const builder = new GraphBuilder("my net");
  const x = builder.input("a//b", { dtype: "f32", shape: [] });
  builder.output("out put", builder.op("Relu", [x], {}, { path: "model[0]", rules: ["r 1"] }));
  const text = printGraph(builder.build());
  expect(text).toMatchInlineSnapshot(`
"graph "my net"(%"a//b": f32[]) {
  %"out put" = Relu(%"a//b") : f32[] @ "model[0]" ["r 1"]
  return %"out put"
}"
`);
  expect(printGraph(parseGraph(text))).toBe(text);
});

test("a value that nothing defines is shown as such", () => {
  const graph = parseGraph("graph t(%x: f32[]) {\n %y = Relu(%x)\n %z = Relu(%y)\n return %z\n}");
  expect(printGraph({ ...graph, nodes: graph.nodes.slice(1) })).toContain('%z = Relu(%"?y") : f32[]');
});

test("a graph of nothing", () => {
  expect(printGraph(new GraphBuilder("").build())).toBe('graph ""() {\n  return\n}');
  expect(printGraph(parseGraph('graph ""() {return}'))).toBe('graph ""() {\n  return\n}');
});
