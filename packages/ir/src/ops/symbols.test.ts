import { expect, test } from "@jest/globals";
import {
  addSizes,
  type Bindings,
  formatType,
  isCompileError,
  multiplySizes,
  parseSize,
  type Size,
  substitute,
  symbolSize,
  type ValueType,
} from "@yolo-compile/core";
import fc from "fast-check";
import { createNodeByName, type Node, OP_NAMES, OPS, schemaOf, type Value } from "../index.js";
import { fits, INFER_CASES } from "../testing/infer-cases.js";
import { SYMBOL_CASES } from "../testing/infer-symbols.js";
import { type Case, inferred, oneNode } from "../testing/one-node.js";

const opOf = ({ node }: Case): string => /= (\w+)\(/.exec(node)![1]!;

test("every op has a case with symbols", () => {
  expect([...new Set(SYMBOL_CASES.filter(fits).map(opOf))].sort()).toEqual(Object.keys(OPS).sort());
});

test.each(SYMBOL_CASES.map((one) => [`${one.inputs}; ${one.node}`, one] as const))(
  "%s",
  (_, { inputs = "", node, gives }) => {
    expect(inferred(inputs, node)).toBe(gives);
  },
);

const numbers = fc
  .record({ n: fc.integer({ min: 1, max: 9 }), h: fc.integer({ min: 1, max: 9 }), w: fc.integer({ min: 1, max: 9 }) })
  .map((values): Bindings => new Map(Object.entries(values)));

/** The text with integers in place of the symbols of its types; names of values and of new symbols stay. */
const bound = (text: string, bindings: Bindings): string =>
  [...bindings].reduce(
    (now, [name, value]) => now.replaceAll(new RegExp(`(?<![%=\\w])${name}(?!\\w)`, "g"), `${value}`),
    text,
  );

/** `f32[2*3,4]` as `f32[6,4]` */
const evaluated = (types: string): string =>
  types.replaceAll(
    /\[([^\]]*)\]/g,
    (_, sizes: string) =>
      `[${sizes
        .split(",")
        .map((size) => parseSize(size))
        .join(",")}]`,
  );

test("types with symbols, evaluated, are the types of evaluated inputs", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SYMBOL_CASES.filter(fits)), numbers, ({ inputs = "", node, gives }, bindings) => {
      expect(inferred(bound(inputs, bindings), bound(node, bindings))).toBe(evaluated(bound(gives, bindings)));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

/** A size with a symbol that has a value at which it is `size`. */
const opened = (size: number, form: number, symbol: string): { readonly size: Size; readonly value: number } => {
  const open = symbolSize(symbol);
  if (form === 0 || size < 1) return { size, value: 1 };
  if (form === 1) return { size: open, value: size };
  if (form === 2) return { size: multiplySizes(open, size), value: 1 };
  return { size: addSizes(open, size - 1), value: 1 };
};

/** Cases that fit, of nodes with inputs: symbols can stand for the sizes of those. */
const STATIC_CASES: readonly Case[] = INFER_CASES.filter((one) => fits(one) && one.inputs !== undefined);

/** The node's types where the inputs of the graph have other sizes; undefined where they are not decided. */
function typesOver(node: Node, types: ReadonlyMap<Value, ValueType>): readonly ValueType[] | undefined {
  const inputs = node.inputs.map((input) => input && { ...input, type: types.get(input) ?? input.type });
  try {
    return createNodeByName({ ...node, inputs }).outputs.map(({ type }) => type);
  } catch (error) {
    if (isCompileError(error)) return undefined;
    throw error;
  }
}

test("a symbol for a size of any static case gives a type that is the static one at its value, or no type", () => {
  const decided = new Set<string>();
  const forms = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...STATIC_CASES), forms, (one, choices) => {
      const graph = oneNode(one.inputs ?? "", one.node);
      const node = graph.nodes[0]!;
      const bindings = new Map<string, number>();
      const open = (size: Size): Size => {
        const made = opened(Number(size), choices[Number(size) % choices.length]!, `s${size}`);
        bindings.set(`s${size}`, made.value);
        return made.size;
      };
      const types = new Map(graph.inputs.map((value) => [value, { ...value.type, shape: value.type.shape.map(open) }]));
      const found = typesOver(node, types);
      if (!found) return;
      if (found.some(({ shape }) => shape.some((size) => typeof size === "object"))) decided.add(node.op);
      const closed = found.map((type) => ({ ...type, shape: type.shape.map((size) => substitute(size, bindings)) }));
      expect(closed.map(formatType)).toEqual(node.outputs.map(({ type }) => formatType(type)));
    }),
    { seed: 1, numRuns: 8000 },
  );
  const withInputs = OP_NAMES.filter((op) => schemaOf(op).inputs[1] > 0);
  expect([...decided].sort()).toEqual([...withInputs].sort());
});
