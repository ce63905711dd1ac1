import { elementCount } from "@yolo-compile/core";
import { fixedShape, type Node, type Value } from "@yolo-compile/ir";
import { change, changeConstant, changeNode, replaceAt } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";

const [WEIGHT, BIAS] = [1, 2];

/** A convolution's constant weight as filters of channels of kernel elements. */
interface Filters {
  readonly filters: number;
  /** Input channels of one group. */
  readonly channels: number;
  /** Elements of one channel's kernel. */
  readonly kernel: number;
  readonly shape: readonly number[];
}

function filtersOf(node: Node): Filters | undefined {
  const shape = node.inputs[WEIGHT]?.constant?.shape;
  if (!shape) return undefined;
  const [filters = 1, channels = 1, ...kernel] = shape;
  return { filters, channels, kernel: elementCount(kernel), shape };
}

const onWeights = (
  name: string,
  mutate: (node: Node, site: Site, filters: Filters) => Mutation | undefined,
): MutationOperator => ({
  name,
  ops: ["Conv"],
  stage: "optimized",
  mutate: (node, site) => {
    const filters = filtersOf(node);
    return filters && mutate(node, site, filters);
  },
});

const onBias = (name: string, mutate: (node: Node, site: Site, bias: Value) => Mutation | undefined) =>
  onWeights(name, (node, site) => {
    const bias = node.inputs[BIAS];
    return bias?.constant ? mutate(node, site, bias) : undefined;
  });

/** Two different numbers below `count`. */
function pickTwo({ pick }: Site, count: number): readonly [number, number] {
  const first = pick(count);
  return [first, (first + 1 + pick(count - 1)) % count];
}

/** Exchanges runs of `length` elements that begin at `a` and `b`. */
function exchange(numbers: Float64Array, a: number, b: number, length: number): Float64Array {
  const kept = numbers.slice(a, a + length);
  numbers.copyWithin(a, b, b + length);
  numbers.set(kept, b);
  return numbers;
}

/** Each kernel of the weight with its elements in another order: `from(row, column)` says where one comes from. */
function reorderKernels(
  node: Node,
  text: string,
  side: number,
  from: (row: number, column: number) => number,
): Mutation {
  return changeConstant(node, WEIGHT, text, (numbers) =>
    numbers.map((_, index) => {
      const at = index % (side * side);
      return numbers[index - at + from(Math.floor(at / side), at % side)]!;
    }),
  );
}

const onSquareKernels = (name: string, mutate: (node: Node, side: number) => Mutation): MutationOperator =>
  onWeights(name, (node, _, { shape: [, , height = 1, width = 1] }) =>
    height === width && height > 1 ? mutate(node, height) : undefined,
  );

const largest = (numbers: Float64Array): number => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Mistakes in weights and biases. */
export const WEIGHT_OPERATORS: readonly MutationOperator[] = [
  onBias("drop-bias", (node, _, bias) => {
    const isZero = bias.constant!.read().data.every((value) => value === 0);
    const dropped = change(node, "the bias is left out", { inputs: node.inputs.slice(0, BIAS) });
    return isZero ? { ...dropped, proof: "the bias is 0" } : dropped;
  }),
  onBias("drop-bias-channel", (node, { pick }, bias) => {
    const channel = pick(elementCount(fixedShape(bias)));
    return changeConstant(node, BIAS, `the bias of channel ${channel} is 0`, (numbers) =>
      numbers.fill(0, channel, channel + 1),
    );
  }),
  onBias("shift-bias", (node, _, bias) => {
    const count = elementCount(fixedShape(bias));
    return changeConstant(node, BIAS, "each channel has the bias of the one before", (numbers) =>
      numbers.map((_, index) => numbers[(index + count - 1) % count]!),
    );
  }),
  onWeights("negate-filter", (node, { pick }, { filters, channels, kernel }) => {
    const filter = pick(filters);
    const length = channels * kernel;
    return changeConstant(node, WEIGHT, `filter ${filter} has the opposite sign`, (numbers) => {
      for (let index = filter * length; index < (filter + 1) * length; index++) numbers[index] = -numbers[index]!;
      return numbers;
    });
  }),
  onWeights("swap-filters", (node, site, { filters, channels, kernel }) => {
    if (filters < 2) return undefined;
    const [a, b] = pickTwo(site, filters);
    const length = channels * kernel;
    return changeConstant(node, WEIGHT, `filters ${a} and ${b} are exchanged`, (numbers) =>
      exchange(numbers, a * length, b * length, length),
    );
  }),
  onWeights("swap-channels", (node, site, { filters, channels, kernel }) => {
    if (channels < 2) return undefined;
    const [a, b] = pickTwo(site, channels);
    return changeConstant(node, WEIGHT, `input channels ${a} and ${b} are exchanged`, (numbers) => {
      for (let filter = 0; filter < filters; filter++)
        exchange(numbers, (filter * channels + a) * kernel, (filter * channels + b) * kernel, kernel);
      return numbers;
    });
  }),
  onSquareKernels("transpose-kernel", (node, side) =>
    reorderKernels(node, "rows and columns of every kernel are exchanged", side, (row, column) => column * side + row),
  ),
  onSquareKernels("rotate-kernel", (node, side) =>
    reorderKernels(
      node,
      "every kernel is turned by half a turn",
      side,
      (row, column) => side * side - 1 - (row * side + column),
    ),
  ),
  onWeights("perturb-weight", (node, { pick }, { shape }) => {
    const at = pick(elementCount(shape));
    return changeConstant(node, WEIGHT, `weight ${at} is off by a tenth of the largest`, (numbers) => {
      numbers[at] = numbers[at]! + 0.1 * largest(numbers);
      return numbers;
    });
  }),
  onWeights("scale-filter", (node, { pick }, { filters, channels, kernel }) => {
    const [filter, length] = [pick(filters), channels * kernel];
    return changeConstant(node, WEIGHT, `filter ${filter} is a hundredth too large`, (numbers) => {
      for (let index = filter * length; index < (filter + 1) * length; index++) numbers[index] = 1.01 * numbers[index]!;
      return numbers;
    });
  }),
  onWeights("spoil-weight", (node, { pick }, { shape }) => {
    const at = pick(elementCount(shape));
    return changeConstant(node, WEIGHT, `weight ${at} is NaN`, (numbers) => numbers.fill(Number.NaN, at, at + 1));
  }),
  onWeights("swap-weights", (node, { nodes, pick }) => {
    const alike = nodes.filter((other) => other !== node && other.op === node.op && sameTypes(node, other));
    if (alike.length === 0) return undefined;
    const other = alike[pick(alike.length)]!;
    const take = (to: Node, from: Node): Node =>
      changeNode(to, { inputs: replaceAt(to.inputs, WEIGHT, from.inputs[WEIGHT]) });
    return {
      change: `its weight and that of ${other.origin.path} are exchanged`,
      edits: new Map([
        [node, [take(node, other)]],
        [other, [take(other, node)]],
      ]),
    };
  }),
];

function sameTypes(a: Node, b: Node): boolean {
  const [left, right] = [a.inputs[WEIGHT], b.inputs[WEIGHT]];
  return right?.constant !== undefined && left !== right && left?.type.shape.join() === right.type.shape.join();
}
