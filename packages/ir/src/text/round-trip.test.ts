import { expect, test } from "@jest/globals";
import {
  DTYPES,
  isCompileError,
  isFloat,
  productOf,
  sameShape,
  sumOf,
  symbolSize,
  type Tensor,
  tensorBytes,
  toFloat64,
  viewElements,
} from "@yolo-compile/core";
import { smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { GraphBuilder } from "../builder.js";
import { constantsOf, constantValue, type Graph, type Node, type Value } from "../graph.js";
import { verifyGraph } from "../verify-graph.js";
import { parseGraph } from "./parse.js";
import { printGraph } from "./print.js";

const SEEDED = { seed: 1, numRuns: 300 };

const name = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("x", "x_1", "x_1_1", "a//b", "model.0/Conv", "_", "return", "graph", "%", '"', "// no"),
);

/** Constants of every element type, with any bits. */
const constant: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...DTYPES), bytes: fc.uint8Array({ maxLength: 200 }), even: fc.boolean() })
  .map(({ dtype, bytes, even }) => {
    const bits = dtype === "bool" ? bytes.map((byte) => byte & 1) : bytes;
    const data = viewElements(dtype, even ? bits.fill(bits[0] ?? 0) : bits);
    return { dtype, shape: [data.length], data };
  });

const origin = fc.record({ path: name, rules: fc.array(name, { maxLength: 3 }) });

/** A random graph with random names, origins, constants as outputs, and metadata. */
const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    graph: smallGraphs(6),
    title: name,
    hints: fc.array(name, { minLength: 1 }),
    origins: fc.array(origin, { minLength: 1 }),
    constants: fc.array(constant, { maxLength: 4 }),
    metadata: fc.array(fc.tuple(name, name), { maxLength: 3 }),
    outputNames: fc.uniqueArray(name, { maxLength: 30 }),
  })
  .map(({ graph, title, hints, origins, constants, metadata, outputNames }) => {
    const renamed = rename(graph, hints, origins);
    const extra = constants.map((tensor, index) => ({ name: `c${index}`, value: constantValue(tensor, hints[0]!) }));
    const outputs = [...renamed.outputs, ...extra].map(({ value }, index) => ({
      name: outputNames[index] ?? `output ${index}`,
      value,
    }));
    return { ...renamed, name: title, outputs, metadata: new Map(metadata) };
  });

function rename(graph: Graph, hints: readonly string[], origins: readonly Node["origin"][]): Graph {
  const renamed = new Map<Value, Value>();
  const renew = (value: Value): Value => {
    if (!renamed.has(value)) renamed.set(value, { ...value, hint: hints[renamed.size % hints.length]! });
    return renamed.get(value)!;
  };
  return {
    ...graph,
    inputs: graph.inputs.map(renew),
    nodes: graph.nodes.map((node, index) => ({
      ...node,
      inputs: node.inputs.map((input) => input && renew(input)),
      outputs: node.outputs.map(renew),
      origin: origins[index % origins.length]!,
    })),
    outputs: graph.outputs.map((output) => ({ ...output, value: renew(output.value) })),
  };
}

test("print ∘ parse ∘ print = print", () => {
  fc.assert(
    fc.property(anyGraph, fc.constantFrom("elided", "full"), (graph, constants) => {
      verifyGraph(graph);
      const text = printGraph(graph, { constants });
      const parsed = parseGraph(text);
      verifyGraph(parsed);
      expect(printGraph(parsed, { constants })).toBe(text);
    }),
    SEEDED,
  );
});

const size = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 64 }), fc.array(fc.constantFrom("h", "w", "n_1"), { maxLength: 3 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((terms) => sumOf(terms.map(([count, symbols]) => productOf([count, ...symbols.map(symbolSize)]))));

test("sizes with symbols are printed and read back, in types and in attributes", () => {
  const here = { path: "", rules: [] };
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), fc.nat(9), (shape, at) => {
      const builder = new GraphBuilder("t");
      const x = builder.input("x", { dtype: "f32", shape });
      const turned = builder.op("Reshape", [x], { shape: [...shape].reverse() }, here);
      const wider = builder.op("Expand", [turned], { shape: [shape[at % shape.length]!, ...turned.type.shape] }, here);
      builder.output("y", builder.op("Neg", [wider], {}, here));
      const text = printGraph(builder.build());
      const parsed = parseGraph(text);
      verifyGraph(parsed);
      expect(printGraph(parsed)).toBe(text);
      expect(sameShape(parsed.outputs[0]!.value.type.shape, wider.type.shape)).toBe(true);
    }),
    SEEDED,
  );
});

/**
 * The part of a tensor that the text keeps: of floats the numbers, since a nan of any bits is read back as the canonical
 * one.
 */
const content = (tensor: Tensor): ArrayLike<number> =>
  isFloat(tensor.dtype) ? toFloat64(tensor) : tensorBytes(tensor);

test("the full text holds every constant", () => {
  fc.assert(
    fc.property(fc.array(constant, { minLength: 1, maxLength: 4 }), (tensors) => {
      const outputs = tensors.map((tensor, index) => ({ name: `c${index}`, value: constantValue(tensor, "c") }));
      const graph: Graph = { name: "t", inputs: [], nodes: [], outputs, metadata: new Map() };
      const parsed = constantsOf(parseGraph(printGraph(graph, { constants: "full" })));
      parsed.forEach((value, index) => {
        const [found, expected] = [value.constant!.read(), tensors[index]!];
        expect(found.shape).toEqual(expected.shape);
        expect(content(found)).toEqual(content(expected));
      });
    }),
    SEEDED,
  );
});

test("a changed text makes a graph or a CompileError, nothing else", () => {
  const edit = fc.record({ at: fc.nat(), drop: fc.nat({ max: 8 }), put: fc.string({ maxLength: 4 }), from: fc.nat() });
  fc.assert(
    fc.property(smallGraphs(4), fc.array(edit, { minLength: 1, maxLength: 4 }), (graph, edits) => {
      let text = printGraph(graph, { constants: "full" });
      for (const { at, drop, put, from } of edits) {
        const start = at % (text.length + 1);
        const copied = put || text.slice(from % (text.length + 1)).slice(0, 12);
        text = text.slice(0, start) + copied + text.slice(start + drop);
      }
      try {
        verifyGraph(parseGraph(text));
      } catch (error) {
        if (!isCompileError(error)) throw error;
      }
    }),
    { seed: 1, numRuns: 1000 },
  );
});
