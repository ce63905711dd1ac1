import { addSizes, isFixed, type Size } from "@yolo-compile/core";
import { createNode, fixedSize, type Node, type Value } from "@yolo-compile/ir";
import { isMiss, type Miss, marked, miss, rule } from "../rule.js";

/** The part of its input that a Slice takes: one axis, from start to end. */
interface Part {
  readonly node: Node<"Slice">;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

function partOf(node: Node): Part | undefined {
  if (node.op !== "Slice") return undefined;
  const { starts, ends, axes, steps } = node.attributes;
  const { shape } = node.inputs[0]!.type;
  const axis = axes.length === 1 ? (axes[0]! + shape.length) % shape.length : undefined;
  if (axis === undefined || (steps[0] ?? 1) !== 1) return undefined;
  const [size, from, to] = [shape[axis]!, starts[0]!, ends[0]!];
  if (!isFixed(size) || !isFixed(from) || !isFixed(to)) return undefined;
  const place = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
  return { node, axis, start: place(from), end: place(to) };
}

/** The output of a Split of the same input that is this part. */
function existing({ axis, start, end }: Part, splits: readonly Node<"Split">[]): Value | undefined {
  for (const split of splits) {
    const rank = split.inputs[0]!.type.shape.length;
    if ((split.attributes.axis + rank) % rank !== axis) continue;
    let at: Size = 0;
    for (const output of split.outputs) {
      const size = output.type.shape[axis]!;
      if (at === start && addSizes(at, size) === end) return output;
      at = addSizes(at, size);
    }
  }
  return undefined;
}

/** The parts in order, if they cover the axis, each element once. */
function tiling(parts: readonly Part[], size: number): Part[] | Miss {
  const ordered = [...parts].sort((a, b) => a.start - b.start);
  if (ordered.length < 2) return miss("no other Slice takes the rest");
  const touching = ordered.every((part, index) => part.start === (ordered[index - 1]?.end ?? 0));
  return touching && ordered.at(-1)!.end === size ? ordered : miss("the Slices do not cover the axis once");
}

/** x[a:b], x[b:c], … that cover an axis = split(x): one node for all, each part a copy made once. */
export const splitSlices = rule("split-slices", ["Slice"], (node, context, { rule: name, reuse }) => {
  const part = partOf(node);
  if (!part) return miss("the Slice is not one part of one axis");
  const [x] = node.inputs as [Value];
  const users = context.users(x);
  const earlier = users.slice(0, users.indexOf(node)).filter((user) => user.op === "Split");
  const found = existing(part, earlier);
  if (found) return reuse([[node.outputs[0]!, found]]);
  const parts = users.map(partOf).filter((other) => other?.axis === part.axis) as Part[]; // undefined has no axis
  if (parts[0]?.node !== node) return miss("an earlier Slice leads");
  const ordered = tiling(parts, fixedSize(x, part.axis));
  if (isMiss(ordered)) return ordered;
  const split = createNode({
    op: "Split",
    inputs: [x],
    attributes: { axis: part.axis, sizes: ordered.map(({ start, end }) => end - start) },
    origin: marked(node.origin, name),
    hints: ordered.map((each) => each.node.outputs[0]!.hint),
  });
  const output = split.outputs[ordered.findIndex((each) => each.node === node)]!;
  return { nodes: [split], replacements: new Map([[node.outputs[0]!, output]]), absorbed: [], accountsFor: [] };
});
