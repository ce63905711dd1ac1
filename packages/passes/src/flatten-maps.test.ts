import { expect, test } from "@jest/globals";
import { parseGraph, printGraph } from "@yolo-compile/ir";
import { expectRewrite, expectSameOutputs, FOLD } from "@yolo-compile/testkit";
import { flattenMaps } from "./flatten-maps.js";
import { runPasses } from "./pass.js";
import type { Rewrite } from "./rule.js";

/** One head of attention over windows: maps of 3x3 that come from rows of 9 and go to rows, but for the query. */
const HEAD = `graph t(%x: f32[2,4,9], %z: f32[2,8,9]) {
  %w = f32[8,4,1,1] random 1
  %b = f32[8] random 2
  %k = f32[4,1,3,3] random 3
  %m = Reshape(%x) {shape=[2, 4, 3, 3]} @ attn
  %v = Conv(%m, %w, %b) @ attn.qkvs.0.c
  %zm = Reshape(%z) {shape=[2, 8, 3, 3]} @ attn
  %s = Add(%v, %zm) @ attn
  %r = Relu(%s) @ attn
  %q, %p = Split(%r) {axis=1, sizes=[4, 4]} @ attn
  %d = Conv(%q, %k) {group=4, pads=[1, 1, 1, 1]} @ attn.dws.0.c
  %query = Reshape(%d) {shape=[2, 4, 9]} @ attn
  %key = Reshape(%p) {shape=[2, 4, 9]} @ attn
  return %query, %key
}`;

test("maps between rows stay rows, where that leaves fewer reshapes", async () => {
  const after = await expectRewrite(flattenMaps, HEAD, { applied: 1, tolerance: FOLD });
  expect(after.match(/Reshape\(/g)).toHaveLength(2);
  expect(after).toContain("strides=[1]");
  expect(after).toContain("f32[2,8,9] @ attn.qkvs.0.c [flatten-maps]");
});

const unchanged = (text: string): void => {
  const graph = parseGraph(text);
  const result = runPasses(graph, [flattenMaps]);
  expect(result.rewrites).toEqual([]);
  expect(printGraph(result.graph)).toBe(printGraph(graph));
};

test("a second time there is nothing left to do", () => {
  const once = runPasses(parseGraph(HEAD), [flattenMaps]).graph;
  expect(runPasses(once, [flattenMaps]).rewrites).toEqual([]);
});

test("maps stay where a wider convolution takes them all", () => {
  unchanged(`graph t(%x: f32[2,4,9]) {
    %w = f32[4,4,1,1] random 1
    %k = f32[4,4,3,3] random 2
    %m = Reshape(%x) {shape=[2, 4, 3, 3]}
    %v = Conv(%m, %w)
    %y = Conv(%v, %k)
    return %y
  }`);
});

test("maps stay where nothing works on them, and where they are outputs", () => {
  unchanged(`graph t(%x: f32[2,4,9]) {
    %m = Reshape(%x) {shape=[2, 4, 3, 3]}
    %y = Relu(%m)
    return %y
  }`);
});

test("a reshape to another map is given its sizes, since zeros and minus one mean the map's", async () => {
  const text = HEAD.replace("%key = Reshape(%p) {shape=[2, 4, 9]}", "%key = Reshape(%p) {shape=[0, -1, 9, 1]}");
  // Two vanish in front of the region, one is needed for the query.
  const after = await expectRewrite(flattenMaps, text, { applied: 1, tolerance: FOLD });
  expect(after).toContain("{shape=[2, 4, 9, 1]}");
});

test("a region that is refused stays as it is, and a rewrite names its nodes", () => {
  const graph = parseGraph(HEAD);
  const asked: Rewrite[] = [];
  const refuse = (rewrite: Rewrite) => {
    asked.push(rewrite);
    return false;
  };
  const refused = runPasses(graph, [flattenMaps], { allows: refuse });
  expect(printGraph(refused.graph)).toBe(printGraph(graph));
  expect(refused.rewrites).toEqual([]);
  expect(asked).toEqual([
    {
      rule: "flatten-maps",
      paths: ["attn.qkvs.0.c", "attn", "attn", "attn"],
      ops: ["Conv", "Add", "Relu", "Split"],
      accountsFor: [],
    },
  ]);
  expect(runPasses(graph, [flattenMaps]).rewrites).toEqual(asked);
});

test("of two regions one may be refused", async () => {
  const region = (name: string) => `%${name}m = Reshape(%${name}) {shape=[2, 4, 3, 3]} @ ${name}
    %${name}r = Relu(%${name}m) @ ${name}
    %${name}y = Reshape(%${name}r) {shape=[2, 4, 9]} @ ${name}`;
  const text = `graph t(%a: f32[2,4,9], %b: f32[2,4,9]) {
    ${region("a")}
    ${region("b")}
    return %ay, %by
  }`;
  const { graph, rewrites } = runPasses(parseGraph(text), [flattenMaps], { allows: ({ paths }) => paths[0] === "b" });
  expect(rewrites.map(({ paths }) => paths)).toEqual([["b"]]);
  expect(graph.nodes.map(({ op, origin }) => `${origin.path} ${op}`)).toEqual([
    "a Reshape",
    "a Relu",
    "a Reshape",
    "b Relu",
  ]);
  await expectSameOutputs(parseGraph(text), graph, FOLD);
});

test("maps stay where another term is a map from elsewhere", () => {
  unchanged(`graph t(%x: f32[2,4,9], %z: f32[2,4,3,3]) {
    %m = Reshape(%x) {shape=[2, 4, 3, 3]}
    %s = Add(%m, %z)
    %y = Reshape(%s) {shape=[2, 4, 9]}
    return %y
  }`);
});
