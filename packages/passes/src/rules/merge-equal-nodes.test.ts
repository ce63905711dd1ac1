import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { mergeEqualNodes } from "./merge-equal-nodes.js";

const graph = (lines: string): string => `graph t(%x: f32[2,3], %z: f32[2,3]) {\n${lines}\n}`;

test("two equal branches become one, however long", async () => {
  const branch = (name: string): string =>
    Array.from({ length: 70 }, (_, index) => `%${name}${index + 1} = Sigmoid(%${name}${index})`).join("\n");
  const lines = `%a0 = Relu(%x) @ first
    ${branch("a")}
    %b0 = Relu(%x) @ second
    ${branch("b")}
    %y = Add(%a70, %b70)
    return %y`;
  const after = await expectRewrite(mergeEqualNodes, graph(lines), { applied: 71, tolerance: EXACT });
  expect(after.match(/Sigmoid\(/g)).toHaveLength(70);
  expect(after).toContain("Relu(%x) : f32[2,3] @ first");
});

test("small constants are equal by content, attributes by value, and every output is taken over", async () => {
  const lines = `%k = i64[2] {1, 2}
    %l = i64[2] {1, 2}
    %a, %b = Split(%x) {axis=1, sizes=[1, 2]}
    %c, %d = Split(%x) {axis=1, sizes=[1, 2]}
    return %a, %b, %c, %d`;
  expect(await expectRewrite(mergeEqualNodes, graph(lines), { applied: 1, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[2,3], %z: f32[2,3]) {
  %a, %b = Split(%x) {axis=1, sizes=[1, 2]} : f32[2,1], f32[2,2]
  return %a, %b, c = %a, d = %b
}"
`);
});

test("one constant object is equal to itself, whatever its size", async () => {
  const lines = `%w = f32[3,700] random 1
    %a = MatMul(%x, %w)
    %b = MatMul(%x, %w)
    %y = Add(%a, %b)
    return %y`;
  await expectRewrite(mergeEqualNodes, graph(lines), { applied: 1, tolerance: EXACT });
});

test.each([
  ["another op", "%a = Relu(%x)\n%b = Neg(%x)"],
  ["another attribute", "%a = LeakyRelu(%x) {alpha=0.25}\n%b = LeakyRelu(%x)"],
  ["another input", "%a = Add(%x, %z)\n%b = Add(%x, %x)"],
  ["the inputs in another order", "%a = Sub(%x, %z)\n%b = Sub(%z, %x)"],
  ["an input more", "%m = f32[] {1}\n%a = Clip(%x, %m)\n%b = Clip(%x, %m, %m)"],
  ["an input left out", "%m = f32[] {1}\n%a = Clip(%x, _, %m)\n%b = Clip(%x, %m, _)"],
  ["another constant", "%m = f32[3] {0, 1, -0.0}\n%n = f32[3] {0, 1, 0}\n%a = Add(%x, %m)\n%b = Add(%x, %n)"],
  ["a constant of another type", "%m = f32[] {1}\n%n = f32[1] {1}\n%a = Add(%x, %m)\n%b = Add(%x, %n)"],
  [
    "two large constants",
    "%m = f32[3,700] random 1\n%n = f32[3,700] random 1\n%a = MatMul(%x, %m)\n%b = MatMul(%x, %n)",
  ],
])("nodes stay with %s", (_, lines) => {
  expectMiss(mergeEqualNodes, graph(`${lines}\nreturn %a, %b`), "no earlier node is equal");
});

test("nodes of constants alone are not its business", () => {
  const lines = "%m = f32[1] {1}\n%a = Softmax(%m)\n%b = Softmax(%m)\nreturn %a, %b";
  expectMiss(mergeEqualNodes, graph(lines), "no input is computed");
});

test("constants are compared by content up to 4 KB, to their last byte", async () => {
  const sums = (count: number, last: number) => {
    const zeros = new Array(count - 1).fill(0).join(", ");
    return `graph t(%x: f32[${count}]) {
      %m = f32[${count}] {${zeros}, 1}
      %n = f32[${count}] {${zeros}, ${last}}
      %a = Add(%x, %m)
      %b = Add(%x, %n)
      return %a, %b
    }`;
  };
  await expectRewrite(mergeEqualNodes, sums(1024, 1), { applied: 1, tolerance: EXACT });
  expectMiss(mergeEqualNodes, sums(1024, 2), "no earlier node is equal");
  expectMiss(mergeEqualNodes, sums(1025, 1), "no earlier node is equal");
});

test("a constant is not a computed value, on either side", () => {
  const lines = "%m = f32[2,3] splat 1\n%a = Add(%x, %m)\n%b = Add(%x, %z)\n%c = Add(%x, %m)";
  expectMiss(
    mergeEqualNodes,
    graph(`${lines}\nreturn %a, %b`.replace("%c = Add(%x, %m)\n", "")),
    "no earlier node is equal",
  );
});
