import { rowStrides } from "@yolo-compile/core";
import type { Node } from "@yolo-compile/ir";
import { changeConstant, changeNode, replaceAt } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";
import { onSum } from "./key-bias.js";
import { onOptimized } from "./on-optimized.js";

const ARITHMETIC = ["Add", "Sub", "Mul", "Div", "Pow"] as const;

/** The position of the constant input; -1 without one. */
const constantAt = ({ inputs }: Node): number => inputs.findIndex((input) => input?.constant);

/** The axes along which a constant has more than one element. */
const longAxes = (shape: readonly number[]): number[] => [...shape.keys()].filter((axis) => shape[axis]! > 1);

/** The mutation that reorders a constant's elements: `from` gives the coordinates that an element comes from. */
function reorder(node: Node, text: string, from: (at: readonly number[]) => readonly number[]): Mutation {
  const index = constantAt(node);
  const { shape } = node.inputs[index]!.constant!;
  const strides = rowStrides(shape);
  const coordinates = (at: number): number[] => shape.map((size, axis) => Math.floor(at / strides[axis]!) % size);
  return changeConstant(node, index, text, (numbers) =>
    numbers.map(
      (_, at) => numbers[from(coordinates(at)).reduce((sum, place, axis) => sum + place * strides[axis]!, 0)]!,
    ),
  );
}

/** Two rows of a constant exchanged: anchors, width and height of anchors, rows and columns of a grid. */
function swapRows(node: Node, { pick }: Site): Mutation | undefined {
  const { shape } = node.inputs[constantAt(node)]?.constant ?? { shape: [] };
  const axes = longAxes(shape);
  const axis = axes[pick(axes.length)];
  if (axis === undefined) return undefined;
  const a = pick(shape[axis]!);
  const b = (a + 1 + pick(shape[axis]! - 1)) % shape[axis]!;
  const other = (place: number): number => (place === a ? b : place === b ? a : place);
  return reorder(node, `rows ${a} and ${b} of axis ${axis} are exchanged`, (at) =>
    replaceAt(at, axis, other(at[axis]!)),
  );
}

/** Each row of a constant in the place of the next: a grid off by one cell. */
function shiftRows(node: Node, { pick }: Site): Mutation | undefined {
  const { shape } = node.inputs[constantAt(node)]?.constant ?? { shape: [] };
  const axes = longAxes(shape);
  const axis = axes[pick(axes.length)];
  if (axis === undefined) return undefined;
  const size = shape[axis]!;
  return reorder(node, `rows of axis ${axis} are off by one`, (at) =>
    replaceAt(at, axis, (at[axis]! + size - 1) % size),
  );
}

/** A matrix over pairs of tokens, with the tokens' roles exchanged. */
function transposeTable(node: Node): Mutation | undefined {
  const { shape } = node.inputs[constantAt(node)]?.constant ?? { shape: [] };
  const [rows = 1, columns = 1] = shape.slice(-2);
  if (shape.length < 2 || rows !== columns || rows < 2) return undefined;
  return reorder(node, "the table is transposed", (at) => [...at.slice(0, -2), at.at(-1)!, at.at(-2)!]);
}

/** A matrix over pairs of tokens of a square map, with rows and columns of the map exchanged. */
function turnMap(node: Node): Mutation | undefined {
  const { shape } = node.inputs[constantAt(node)]?.constant ?? { shape: [] };
  const [rows = 1, columns = 1] = shape.slice(-2);
  const side = Math.sqrt(rows);
  if (shape.length < 2 || rows !== columns || side < 2 || !Number.isInteger(side)) return undefined;
  const turned = (token: number): number => (token % side) * side + Math.floor(token / side);
  return reorder(node, "the map under the table is transposed", (at) => [
    ...at.slice(0, -2),
    turned(at.at(-2)!),
    turned(at.at(-1)!),
  ]);
}

/** The constant of another node of the same op: strides or anchors of another level, the biases of another head. */
function swapTables(node: Node, { nodes, pick }: Site): Mutation | undefined {
  const index = constantAt(node);
  const own = node.inputs[index];
  const alike = nodes.filter(({ op, inputs }) => {
    const other = inputs[index];
    return op === node.op && other?.constant && other !== own && other.type.shape.join() === own?.type.shape.join();
  });
  if (index < 0 || alike.length === 0) return undefined;
  const other = alike[pick(alike.length)]!;
  const take = (to: Node, from: Node): Node =>
    changeNode(to, { inputs: replaceAt(to.inputs, index, from.inputs[index]) });
  return {
    change: `its constant and that of ${other.outputs[0]!.hint} are exchanged`,
    edits: new Map([
      [node, [take(node, other)]],
      [other, [take(other, node)]],
    ]),
  };
}

/** Mistakes in the constants of arithmetic: anchors, strides, grids, tables of attention. */
export const TABLE_OPERATORS: readonly MutationOperator[] = [
  onOptimized("lose-scale", ["Mul", "Div", "Pow"], (node) => {
    const index = constantAt(node);
    return index < 0 ? undefined : changeConstant(node, index, "the constant is 1", (numbers) => numbers.fill(1));
  }),
  onOptimized(
    "lose-offset",
    ["Add", "Sub"],
    onSum((node) => {
      const index = constantAt(node);
      return index < 0 ? undefined : changeConstant(node, index, "the constant is 0", (numbers) => numbers.fill(0));
    }),
  ),
  onOptimized("swap-rows", ARITHMETIC, onSum(swapRows)),
  onOptimized("shift-rows", ARITHMETIC, onSum(shiftRows)),
  onOptimized("swap-tables", ARITHMETIC, swapTables),
  onOptimized("transpose-table", ["Add"], transposeTable),
  onOptimized("turn-map", ["Add"], turnMap),
];
