import { expect, test } from "@jest/globals";
import { type Graph, type Node, parseGraph, printGraph, verifyGraph } from "@yolo-compile/ir";
import { expectSameOutputs, F16, smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { runPasses } from "./pass.js";
import type { Rewrite } from "./rule.js";
import { toHalf } from "./to-half.js";

const halved = (graph: Graph, allows: (rewrite: Rewrite) => boolean = () => true): Graph =>
  runPasses(graph, [toHalf()], { allows }).graph;

test("every node computes in float16, inputs and outputs stay float32", () => {
  const graph = parseGraph(`graph t(%x: f32[1,2,4,4]) {
    %w = f32[3,2,1,1] splat 0.5
    %c = Conv(%x, %w) @ model.0.conv
    %y = Resize(%c) {scales=[1, 1, 2, 2]} @ model.1
    return %y
  }`);
  expect(printGraph(halved(graph))).toMatchInlineSnapshot(`
"graph t(%x: f32[1,2,4,4]) {
  %w = f16[3,2,1,1] splat 0.5
  %x/to-half = Cast(%x) {to=f16} : f16[1,2,4,4] @ "" [to-half]
  %c = Conv(%x/to-half, %w) : f16[1,3,4,4] @ model.0.conv [to-half]
  %y_1 = Resize(%c) {scales=[1, 1, 2, 2]} : f16[1,3,8,8] @ model.1 [to-half]
  %y = Cast(%y_1) {to=f32} : f32[1,3,8,8] @ "" [to-half]
  return %y
}"
`);
});

test("the answers are those of float32, as far as float16 goes", async () => {
  await fc.assert(
    fc.asyncProperty(smallGraphs(6), fc.nat(), async (graph, bits) => {
      const keep = new Set(graph.nodes.filter((_, index) => (bits >> (index % 31)) & 1));
      await expectSameOutputs(graph, halved(graph), F16);
      await expectSameOutputs(graph, runPasses(graph, [toHalf({ keep })]).graph, F16);
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("a node that is refused computes in float32, between casts", () => {
  const graph = parseGraph(`graph t(%x: f32[2,3]) {
    %a = Relu(%x) @ a
    %b = Tanh(%a) @ b
    %c = Mul(%b, %a) @ c
    %p, %q = Split(%c) {axis=1, sizes=[1, 2]} @ d
    return %p, %q, %b
  }`);
  expect(printGraph(halved(graph, ({ paths }) => paths[0] !== "b"))).toMatchInlineSnapshot(`
"graph t(%x: f32[2,3]) {
  %x/to-half = Cast(%x) {to=f16} : f16[2,3] @ "" [to-half]
  %a = Relu(%x/to-half) : f16[2,3] @ a [to-half]
  %a/to-half = Cast(%a) {to=f32} : f32[2,3] @ "" [to-half]
  %b = Tanh(%a/to-half) : f32[2,3] @ b
  %b/to-half = Cast(%b) {to=f16} : f16[2,3] @ "" [to-half]
  %c = Mul(%b/to-half, %a) : f16[2,3] @ c [to-half]
  %p_1, %q_1 = Split(%c) {axis=1, sizes=[1, 2]} : f16[2,1], f16[2,2] @ d [to-half]
  %p = Cast(%p_1) {to=f32} : f32[2,1] @ "" [to-half]
  %q = Cast(%q_1) {to=f32} : f32[2,2] @ "" [to-half]
  return %p, %q, %b
}"
`);
});

test("each node is a rewrite, but for those that compute with integers", () => {
  const graph = parseGraph(`graph t(%x: f32[2,3], %i: i64[2]) {
    %j = Neg(%i) @ a
    %k = Add(%j, %i) @ b
    %y = Gather(%x, %k) @ c
    %z = Cast(%k) {to=f32} @ d
    return %y, %z
  }`);
  const { rewrites, graph: after } = runPasses(graph, [toHalf()]);
  expect(rewrites.map(({ rule, paths, ops }) => [rule, ...paths, ...ops])).toEqual([
    ["to-half", "c", "Gather"],
    ["to-half", "d", "Cast"],
  ]);
  expect(after.nodes.filter(({ origin }) => origin.rules.length === 0).map(({ op }) => op)).toEqual(["Neg", "Add"]);
  expect(after.outputs.map(({ value }) => value.type.dtype)).toEqual(["f32", "f32"]);
});

test("a Cast to float32 becomes one to float16, a Cast to something else stays one to that", () => {
  const graph = parseGraph(`graph t(%x: f32[2], %i: i64[2]) {
    %a = Cast(%i) {to=f32} @ a
    %b = Cast(%x) {to=i64} @ b
    %y = Relu(%a) @ c
    return %y, %b
  }`);
  expect(halved(graph).nodes.map(({ op, outputs }) => `${op} ${outputs[0]!.type.dtype}`)).toEqual([
    "Cast f16",
    "Cast f16",
    "Cast i64",
    "Relu f16",
    "Cast f32",
  ]);
});

test("a Cast from float32 to float32 is none in float16, which ONNX Runtime would not load", async () => {
  const graph = parseGraph(`graph t(%x: f32[1,4,3,3]) {
    %v = f32[4] random 1
    %s = f32[4] splat 1
    %a = BatchNormalization(%x, %v, %v, %v, %s) @ a
    %b = Cast(%a) {to=f32} @ b
    %y = BatchNormalization(%b, %v, %v, %v, %s) @ c
    return %y
  }`);
  expect(halved(graph).nodes.map(({ op, origin }) => `${op} ${origin.path}`)).toEqual([
    "Cast ",
    "BatchNormalization a",
    "BatchNormalization c",
    "Cast ",
  ]);
  await expectSameOutputs(graph, halved(graph), F16);
});

test("inputs and outputs are float16 too where that is asked for, whatever the nodes are", () => {
  const graph = parseGraph(`graph t(%x: f32[2], %i: i64[2]) {
    %a = Relu(%x) @ a
    %b = Tanh(%a) @ b
    return %a, %b, %i
  }`);
  const [first] = graph.nodes as [Node];
  expect(printGraph(runPasses(graph, [toHalf({ io: "f16", keep: new Set([first]) })]).graph)).toMatchInlineSnapshot(`
"graph t(%x: f16[2], %i: i64[2]) {
  %x/to-half = Cast(%x) {to=f32} : f32[2] @ "" [to-half]
  %a_1 = Relu(%x/to-half) : f32[2] @ a
  %a = Cast(%a_1) {to=f16} : f16[2] @ "" [to-half]
  %b = Tanh(%a) : f16[2] @ b [to-half]
  return %a, %b, %i
}"
`);
});

test("suppression takes its boxes in float32", () => {
  const graph = parseGraph(`graph t(%b: f32[1,n,4], %s: f32[1,2,n]) {
    %r = Sigmoid(%s) @ a
    %k = NonMaxSuppression(%b, %r) {count=k} @ b
    return %k
  }`);
  const { graph: after } = runPasses(graph, [toHalf()]);
  const { inputs, op } = after.nodes.at(-1)!;
  expect([op, ...inputs.map((input) => input!.type.dtype)]).toEqual(["NonMaxSuppression", "f32", "f32"]);
  verifyGraph(after);
});
