import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { mergeReshapes, mergeTransposes } from "./merge-reshapes.js";

const graph = (x: string, lines: string, result = "%y"): string => `graph t(%x: ${x}) {
  ${lines}
  return ${result}
}`;

test("reshape(reshape(x)) = reshape(x)", async () => {
  const lines = `%a = Reshape(%x) {shape=[6, 2]} @ model.0
    %y = Reshape(%a) {shape=[-1]} @ model.1 [earlier]`;
  const text = graph("f32[3,4]", lines);
  expect(await expectRewrite(mergeReshapes, text, { applied: 1, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[3,4]) {
  %y = Reshape(%x) {shape=[12]} : f32[12] @ model.1 [earlier, merge-reshapes]
  return %y
}"
`);
});

test.each([
  ["Flatten, then Unsqueeze", "f32[2,3,4]", "%a = Flatten(%x)\n%y = Unsqueeze(%a) {axes=[0]}"],
  ["Unsqueeze, then Squeeze", "f32[2,3,4]", "%a = Unsqueeze(%x) {axes=[0]}\n%y = Squeeze(%a) {axes=[0]}"],
  ["a Transpose that only moves an axis of 1", "f32[2,1,4]", "%a = Transpose(%x) {perm=[1, 0, 2]}\n%y = Flatten(%a)"],
  ["the same behind a Reshape", "f32[4,2]", "%a = Reshape(%x) {shape=[4, 1, 2]}\n%y = Transpose(%a) {perm=[0, 2, 1]}"],
])("%s", async (_, x, lines) => {
  const after = await expectRewrite(mergeReshapes, graph(x, lines), { applied: 1, tolerance: EXACT });
  expect(after).toContain("%y = Reshape(%x");
});

test("a row of ten becomes one", async () => {
  const steps = Array.from({ length: 9 }, (_, index) => `%a${index + 1} = Unsqueeze(%a${index}) {axes=[0]}`).join("\n");
  const text = graph("f32[2,3]", `%a0 = Flatten(%x)\n${steps}\n%y = Reshape(%a9) {shape=[-1]}`);
  const after = await expectRewrite(mergeReshapes, text, { applied: 10, tolerance: EXACT });
  expect(after.match(/%\S+ = \w+\(/g)).toEqual(["%y = Reshape("]);
});

test("the first one stays for its other users", async () => {
  const text = graph("f32[2,3]", "%a = Flatten(%x) {axis=0}\n%b = Relu(%a)\n%y = Reshape(%a) {shape=[-1]}", "%y, %b");
  const after = await expectRewrite(mergeReshapes, text, { applied: 1, tolerance: EXACT });
  expect(after).toContain("Flatten(");
  expect(after).toContain("%y = Reshape(%x");
});

test.each([
  ["the input is not a reshape", "f32[2,3]", "%a = Relu(%x)\n%y = Reshape(%a) {shape=[-1]}"],
  ["the input is not a reshape", "f32[2,3]", "%y = Reshape(%x) {shape=[-1]}"],
  ["the input is not a reshape", "f32[2,3]", "%a = Transpose(%x) {perm=[1, 0]}\n%y = Reshape(%a) {shape=[-1]}"],
  [
    "the Transpose changes the order of elements",
    "f32[2,3]",
    "%a = Unsqueeze(%x) {axes=[0]}\n%y = Transpose(%a) {perm=[0, 2, 1]}",
  ],
  ["the result is empty", "f32[3,0]", "%a = Reshape(%x) {shape=[0, 0]}\n%y = Reshape(%a) {shape=[0, 0]}"],
])("stays where %s", (reason, x, lines) => {
  expectMiss(mergeReshapes, graph(x, lines), reason);
});

test("transpose(transpose(x, p), q) = transpose(x, p[q])", async () => {
  const lines = `%a = Transpose(%x) {perm=[2, 0, 1]} @ model.0
    %y = Transpose(%a) {perm=[2, 0, 1]} @ model.1`;
  const text = graph("f32[2,3,4]", lines);
  expect(await expectRewrite(mergeTransposes, text, { applied: 1, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[2,3,4]) {
  %y = Transpose(%x) {perm=[1, 2, 0]} : f32[3,4,2] @ model.0 [merge-transposes]
  return %y
}"
`);
});

test.each([
  ["the input has no producer", "%y = Transpose(%x) {perm=[1, 0]}", "%y"],
  ["the input comes from Relu", "%a = Relu(%x)\n%y = Transpose(%a) {perm=[1, 0]}", "%y"],
  [
    "the Transpose output is an output of the graph",
    "%a = Transpose(%x) {perm=[1, 0]}\n%y = Transpose(%a) {perm=[1, 0]}",
    "%y, %a",
  ],
  [
    "the Transpose output has other users",
    "%a = Transpose(%x) {perm=[1, 0]}\n%b = Relu(%a)\n%y = Transpose(%a) {perm=[1, 0]}",
    "%y, %b",
  ],
])("transposes stay where %s", (reason, lines, result) => {
  expectMiss(mergeTransposes, graph("f32[2,3]", lines, result), reason);
});
