import type { Graph, Node, Value } from "@yolo-compile/ir";
import { joinRanges, type Range, type Ranges } from "./affine.js";
import { quantizedRole } from "./plan-quantized.js";

/** x * sigmoid(x) is -0.0027 at -8 and nearer to zero below, so that bits spent there are lost. */
const LEAST_BEFORE_SILU = -8;

/** The range of a sigmoid, whatever the pictures. */
const SIGMOID: Range = { min: 0, max: 1 };

/** Ranges in which values that have to share a scale have one: all inputs and the output of a Concat, and what is only moved. */
export function sharedRanges(graph: Graph, ranges: Ranges, isQuantized: (node: Node) => boolean): Ranges {
  const groups = new Groups();
  const sigmoids = new Map<Value, Value>();
  const clipped = new Set<Value>();
  for (const node of graph.nodes) {
    const [x, y] = node.inputs;
    if (node.op === "Sigmoid") sigmoids.set(node.outputs[0]!, x!);
    if (node.op === "Mul" && x && y && (sigmoids.get(y) === x || sigmoids.get(x) === y))
      clipped.add(sigmoids.get(y) === x ? x : y);
    if (isQuantized(node) && quantizedRole(node) === "moves")
      for (const each of [...node.inputs.slice(1), ...node.outputs]) if (each) groups.join(node.inputs[0]!, each);
  }
  const shared = new Map<Value, Range>();
  for (const value of ranges.keys()) {
    const members = groups.of(value).flatMap((member) => ranges.get(member) ?? []);
    const { min, max } = members.reduce(joinRanges);
    const isClipped = groups.of(value).some((member) => clipped.has(member));
    shared.set(value, { min: isClipped ? Math.max(min, LEAST_BEFORE_SILU) : min, max });
  }
  for (const [value] of sigmoids) if (groups.of(value).length === 1) shared.set(value, SIGMOID);
  return shared;
}

/** Values in groups, by the first of each. */
class Groups {
  readonly #members = new Map<Value, Value[]>();

  of(value: Value): readonly Value[] {
    return this.#members.get(value) ?? [value];
  }

  join(a: Value, b: Value): void {
    const [own, other] = [this.of(a), this.of(b)];
    if (own.includes(b)) return;
    const joined = [...own, ...other];
    for (const value of joined) this.#members.set(value, joined);
  }
}
