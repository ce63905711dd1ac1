import { toFloat64 } from "@yolo-compile/core";
import { createNode, createNodeByName, type Graph, type Node, traitsOf, type Value } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { computesInSingle, type HalfAudit } from "@yolo-compile/passes";
import { CPU, openSession, type Tensors } from "@yolo-compile/runtime";

/** A number that is measured of a graph, one for each input. */
interface Probe {
  readonly value: Value;
  readonly take: (found: number) => void;
}

const ORIGIN = { path: "", rules: ["audit-half"] };

const isSingle = (value: Value | undefined): value is Value => value?.type.dtype === "f32";

/** Collects the nodes that measure others; what they find are scalars, so that nothing else has to be kept. */
class Prober {
  readonly nodes: Node[] = [];
  readonly probes: Probe[] = [];
  readonly #rounded = new Map<Value, Value>();

  /** `value`, rounded to float16. */
  round(value: Value): Value {
    if (!isSingle(value)) return value;
    const known = this.#rounded.get(value) ?? this.#cast(this.#cast(value, "f16"), "f32");
    this.#rounded.set(value, known);
    return known;
  }

  #cast(value: Value, to: "f16" | "f32"): Value {
    return this.add(createNode({ op: "Cast", inputs: [value], attributes: { to }, origin: ORIGIN }));
  }

  add(node: Node): Value {
    this.nodes.push(node);
    return node.outputs[0]!;
  }

  magnitude(value: Value): Value {
    return this.add(createNode({ op: "Abs", inputs: [value], origin: ORIGIN }));
  }

  /** Measures the largest, or the sum, of all elements of `value`. */
  probe(value: Value, how: "ReduceMax" | "ReduceSum", take: Probe["take"]): void {
    const axes = [...value.type.shape.keys()];
    const reduced =
      axes.length === 0
        ? value
        : this.add(createNode({ op: how, inputs: [value], attributes: { axes, keepdims: 0 }, origin: ORIGIN }));
    this.probes.push({ value: reduced, take });
  }
}

/** Raises a number of a map; what is no number counts as infinite. */
function raise<Key>(map: Map<Key, number>, key: Key, found: number): void {
  map.set(key, Math.max(map.get(key) ?? 0, Number.isNaN(found) ? Number.POSITIVE_INFINITY : found));
}

/** What one input tells; errors are those of the outputs of a node, not yet shares. */
interface Found {
  readonly largest: Map<Value, number>;
  readonly sums: Map<Node, number>;
  readonly errors: Map<Node, number>;
}

/**
 * Runs a float32 graph on inputs and measures what float16 would do to each node: how large its values and its partial sums
 * are, and how far rounding what it reads moves what it makes. ONNX Runtime's own rewriting is off.
 * @throws runtime/…
 */
export async function auditHalf(graph: Graph, inputs: readonly Tensors[]): Promise<HalfAudit> {
  const found: Found = { largest: new Map(), sums: new Map(), errors: new Map() };
  const prober = probeGraph(graph, found);
  const outputs = prober.probes.map(({ value }, index) => ({ name: `probe/${index}`, value }));
  const bytes = encodeBytes({ ...graph, nodes: prober.nodes, outputs }, { opset: OPSETS.default });
  const audit = { largest: new Map<Value, number>(), sums: new Map<Node, number>(), losses: new Map<Node, number>() };
  const session = await openSession(bytes, { provider: CPU, level: "disabled", name: `the audit of ${graph.name}` });
  try {
    for (const tensors of inputs) {
      for (const map of Object.values(found)) map.clear();
      const measured = await session.run(tensors);
      for (const [index, { take }] of prober.probes.entries()) take(toFloat64(measured.get(`probe/${index}`)!)[0]!);
      for (const [value, each] of found.largest) raise(audit.largest, value, each);
      for (const [node, each] of found.sums) raise(audit.sums, node, each);
      for (const [node, each] of found.errors) raise(audit.losses, node, shareOf(each, node, found));
    }
  } finally {
    await session.release();
  }
  return audit;
}

/** An error as a share of the largest magnitude of what the node makes. */
function shareOf(error: number, { outputs }: Node, { largest }: Found): number {
  return error === 0 ? 0 : error / Math.max(...outputs.map((output) => largest.get(output) ?? 0));
}

function probeGraph(graph: Graph, found: Found): Prober {
  const prober = new Prober();
  for (const value of graph.inputs) probeLargest(prober, value, found);
  for (const node of graph.nodes) {
    prober.nodes.push(node);
    if (!computesInSingle(node)) continue;
    for (const output of node.outputs) probeLargest(prober, output, found);
    probeSums(prober, node, found);
    probeErrors(prober, node, found);
  }
  return prober;
}

function probeLargest(prober: Prober, value: Value, { largest }: Found): void {
  if (isSingle(value)) prober.probe(prober.magnitude(value), "ReduceMax", (each) => raise(largest, value, each));
}

/** The sums of magnitudes are those of the same node for magnitudes; a mean adds up before it divides. */
function probeSums(prober: Prober, node: Node, { sums }: Found): void {
  const { sums: kind } = traitsOf(node);
  const [a, b] = node.inputs;
  // Weights are small, and products with them are what the network was trained to add up.
  if (kind === undefined || !isSingle(a) || (kind === "products" && (!isSingle(b) || b.constant))) return;
  const inputs = node.inputs.map((input) => input && prober.magnitude(input));
  const axes = node.op === "ReduceMean" ? node.attributes.axes : [...a.type.shape.keys()].slice(2);
  const made =
    kind === "mean"
      ? createNode({ op: "ReduceSum", inputs, attributes: { axes }, origin: ORIGIN })
      : sameNode(node, inputs);
  prober.probe(prober.add(made), "ReduceMax", (each) => raise(sums, node, each));
}

const sameNode = ({ op, attributes }: Node, inputs: Node["inputs"]): Node =>
  createNodeByName({ op, inputs, attributes, origin: ORIGIN });

function probeErrors(prober: Prober, node: Node, { errors }: Found): void {
  const made = sameNode(
    node,
    node.inputs.map((input) => input && prober.round(input)),
  );
  prober.nodes.push(made);
  for (const [index, output] of node.outputs.entries()) {
    if (!isSingle(output)) continue;
    const difference = createNode({ op: "Sub", inputs: [prober.round(made.outputs[index]!), output], origin: ORIGIN });
    const error = prober.magnitude(prober.add(difference));
    prober.probe(error, "ReduceMax", (each) => raise(errors, node, each));
    // A NaN need not be the largest, but it is in every sum.
    prober.probe(error, "ReduceSum", (sum) => {
      if (!Number.isFinite(sum)) raise(errors, node, Number.POSITIVE_INFINITY);
    });
  }
}
