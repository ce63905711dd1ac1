import { addSizes, compareSizes, isAtLeast, type Size, sameShape, sameSize, sameType } from "@yolo-compile/core";
import { fixedShape, fixedSize, type Node, type Value } from "@yolo-compile/ir";
import { besideNode, change, changeNode, replaceAt } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";
import { onOptimized } from "./on-optimized.js";

/** Every pair of places of a list, in a seeded order. */
function shuffledPairs(count: number, { pick }: Site): (readonly [number, number])[] {
  const pairs = Array.from({ length: count }, (_, a) => Array.from({ length: a }, (_, b) => [b, a] as const)).flat();
  const start = pairs.length > 0 ? pick(pairs.length) : 0;
  return [...pairs.slice(start), ...pairs.slice(0, start)];
}

const swapped = <T>(items: readonly T[], a: number, b: number): T[] =>
  replaceAt(replaceAt(items, a, items[b]!), b, items[a]!);

function swapConcat(node: Node, site: Site): Mutation | undefined {
  const [pair] = shuffledPairs(node.inputs.length, site);
  if (!pair) return undefined;
  const [a, b] = pair;
  return change(node, `inputs ${a} and ${b} are exchanged`, { inputs: swapped(node.inputs, a, b) });
}

/** One operand of a sum or product of two computed values, which alone has the type of the result. */
function keepOneOperand(node: Node, site: Site, text: string): Mutation | undefined {
  const operands = node.inputs.filter((input): input is Value => input !== undefined && !input.constant);
  const whole = operands.filter((input) => sameType(input.type, node.outputs[0]!.type));
  if (operands.length !== 2 || whole.length === 0) return undefined;
  const kept = whole[site.pick(whole.length)]!;
  const lost = operands.find((input) => input !== kept);
  return change(node, `${text} ${lost?.hint ?? kept.hint} is left out`, { op: "Identity", inputs: [kept] });
}

function swapParts(node: Node, site: Site): Mutation | undefined {
  const pair = shuffledPairs(node.outputs.length, site).find(([a, b]) =>
    sameType(node.outputs[a]!.type, node.outputs[b]!.type),
  );
  if (!pair) return undefined;
  const [a, b] = pair;
  const edited = { ...node, outputs: swapped(node.outputs, a, b) };
  return { change: `parts ${a} and ${b} are exchanged`, edits: new Map([[node, [edited]]]) };
}

/** A part that begins one element too early or too late, as long as the axis lasts. */
function shiftPart(node: Node<"Split">, { pick }: Site): Mutation | undefined {
  const [x] = node.inputs as [Value];
  const { axis } = node.attributes;
  const lengths = node.outputs.map((output) => fixedSize(output, axis));
  if (lengths.length < 2 || fixedSize(x, axis) === 0) return undefined;
  const part = pick(lengths.length);
  const step = part === 0 ? 1 : -1;
  const start = lengths.slice(0, part).reduce((a, b) => a + b, 0) + step;
  const split = besideNode(node, "Split", [x], node.attributes);
  const outputs = split.outputs.map((output, index) => (index === part ? output : node.outputs[index]!));
  const slice = besideNode(node, "Slice", [x], { starts: [start], ends: [start + lengths[part]!], axes: [axis] });
  return {
    change: `part ${part} begins one element too ${step > 0 ? "late" : "early"}`,
    edits: new Map([
      [
        node,
        [
          { ...split, outputs },
          { ...slice, outputs: [node.outputs[part]!] },
        ],
      ],
    ]),
  };
}

/** A Slice that begins and ends one element too early, or too late where it begins with the first. */
function shiftSlice(node: Node<"Slice">): Mutation | undefined {
  const { starts, ends } = node.attributes;
  const at = starts.findIndex((start, index) => isAtLeast(start, 0) && compareSizes(ends[index]!, start) === 1);
  if (at < 0) return undefined;
  const step = isAtLeast(starts[at]!, 1) ? -1 : 1;
  const move = (bounds: readonly Size[]): Size[] => replaceAt(bounds, at, addSizes(bounds[at]!, step));
  return change(node, `it begins one element too ${step > 0 ? "late" : "early"}`, {
    attributes: { starts: move(starts), ends: move(ends) },
  });
}

/** Two axes of one size exchanged. Nothing moves where both have one element. */
function swapAxes(node: Node<"Transpose">, site: Site): Mutation | undefined {
  const { perm } = node.attributes;
  const { shape } = node.outputs[0]!.type;
  const pair = shuffledPairs(perm.length, site).find(([a, b]) => sameSize(shape[a], shape[b]) && shape[a] !== 1);
  const still = shuffledPairs(perm.length, site).find(([a, b]) => shape[a] === 1 && shape[b] === 1);
  const [a, b] = pair ?? still ?? [0, 0];
  if (a === b) return undefined;
  const mutation = change(node, `axes ${a} and ${b} are exchanged`, { attributes: { perm: swapped(perm, a, b) } });
  return pair ? mutation : { ...mutation, proof: "both axes have one element" };
}

/** [.., a * b, ..] read as b rows of a instead of a rows of b. */
function interleave(node: Node): Mutation | undefined {
  const [x] = node.inputs as [Value];
  const [from, to] = [fixedShape(x), fixedShape(node.outputs[0]!)];
  const axis = from.findIndex((size, index) => size !== to[index]);
  const [a, b] = [to[axis] ?? 0, to[axis + 1] ?? 0];
  if (axis < 0 || a * b !== from[axis] || !sameShape(from.slice(axis + 1), to.slice(axis + 2))) return undefined;
  const other = besideNode(node, "Reshape", [x], { shape: [...to.slice(0, axis), b, a, ...to.slice(axis + 2)] });
  const perm = swapped([...to.keys()], axis, axis + 1);
  const turned = changeNode(node, { op: "Transpose", inputs: other.outputs, attributes: { perm } });
  const mutation = { change: `axis ${axis} is split the other way round`, edits: new Map([[node, [other, turned]]]) };
  return a === 1 || b === 1 ? { ...mutation, proof: "one of the parts has one element" } : mutation;
}

/** Mistakes in joining, splitting and rearranging values. */
export const STRUCTURE_OPERATORS: readonly MutationOperator[] = [
  onOptimized("swap-concat", ["Concat"], swapConcat),
  onOptimized("drop-summand", ["Add"], (node, site) => keepOneOperand(node, site, "the summand")),
  onOptimized("drop-factor", ["Mul"], (node, site) => keepOneOperand(node, site, "the factor")),
  onOptimized("swap-parts", ["Split"], swapParts),
  onOptimized("shift-part", ["Split"], shiftPart),
  onOptimized("shift-slice", ["Slice"], shiftSlice),
  onOptimized("swap-axes", ["Transpose"], swapAxes),
  onOptimized("interleave-axis", ["Reshape"], interleave),
];
