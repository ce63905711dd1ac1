import { expect, test } from "@jest/globals";
import { smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { GraphBuilder, scalar } from "./builder.js";
import { constantsOf } from "./graph.js";
import { NamePool, nameNodes, nameValues } from "./names.js";

const SCALAR = { dtype: "f32", shape: [] } as const;
const HERE = { path: "", rules: [] };

test("a pool gives each name once", () => {
  const pool = new NamePool();
  expect(["a", "a", "a_1", "a", "a_1"].map((name) => pool.claim(name))).toEqual(["a", "a_1", "a_1_1", "a_2", "a_1_2"]);
});

test("inputs keep their names, then outputs, then the rest come from hints", () => {
  const builder = new GraphBuilder("t");
  const x = builder.input("in put", SCALAR);
  const twin = builder.input("in put", SCALAR);
  const sum = builder.op("Add", [x, twin], {}, { path: "model.0[1]", rules: [] });
  const more = builder.op("Add", [sum, scalar(1, "output0")], {}, HERE);
  builder.output("output0", more);
  builder.output("same", more);
  builder.output("back", x);
  const graph = builder.build();
  expect([...nameValues(graph)].map(([value, name]) => [value.hint, name])).toEqual([
    ["in put", "in put"],
    ["in put", "in put_1"],
    ["Add", "output0"],
    ["output0", "output0_1"],
    ["model.0[1]/Add", "model.0_1_/Add"],
  ]);
});

test("an empty hint gets a name too", () => {
  const builder = new GraphBuilder("t");
  builder.output("y", builder.op("Relu", [builder.input("", SCALAR)], {}, HERE));
  expect([...nameValues(builder.build()).values()]).toEqual(["value", "y"]);
});

test("nodes are named by their origin and op", () => {
  const builder = new GraphBuilder("t");
  let x = builder.input("x", SCALAR);
  for (const path of ["model.0", "model.0", "", "model.0"]) x = builder.op("Relu", [x], {}, { path, rules: [] });
  expect([...nameNodes(builder.build()).values()]).toEqual([
    "model.0/Relu",
    "model.0/Relu_1",
    "Relu",
    "model.0/Relu_2",
  ]);
});

test("every value and every node of a graph has a name of its own", () => {
  fc.assert(
    fc.property(smallGraphs(), (graph) => {
      const values = nameValues(graph);
      const all = [...graph.inputs, ...constantsOf(graph), ...graph.nodes.flatMap(({ outputs }) => outputs)];
      expect(new Set(values.keys())).toEqual(new Set(all));
      expect(new Set(values.values()).size).toBe(all.length);
      const nodes = nameNodes(graph);
      expect(new Set(nodes.values()).size).toBe(graph.nodes.length);
    }),
    { seed: 1 },
  );
});
