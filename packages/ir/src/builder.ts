import { int64s, type LazyTensor, type Tensor, tensorOf, type ValueType } from "@yolo-compile/core";
import {
  constantValue,
  type Graph,
  type GraphOutput,
  lazyConstant,
  type Node,
  type Origin,
  type Value,
} from "./graph.js";
import { NamePool } from "./names.js";
import { createNode } from "./node.js";
import type { GivenAttributesOf, OpName } from "./ops/index.js";

/** Collects nodes in the order in which they are made, which is topological by construction. No two outputs share a hint. */
export class GraphBuilder {
  readonly #hints = new NamePool();
  readonly #inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #outputs: GraphOutput[] = [];

  constructor(readonly name: string) {}

  input(hint: string, type: ValueType): Value {
    const value: Value = { type, hint };
    this.#inputs.push(value);
    return value;
  }

  /** The single output of a new node. @throws as {@link createNode} */
  op<Op extends OpName>(
    op: Op,
    inputs: Node["inputs"],
    attributes: GivenAttributesOf<Op> | undefined,
    origin: Origin,
  ): Value {
    return this.ops(op, inputs, attributes, origin)[0]!;
  }

  /** All outputs of a new node. @throws as {@link createNode} */
  ops<Op extends OpName>(
    op: Op,
    inputs: Node["inputs"],
    attributes: GivenAttributesOf<Op> | undefined,
    origin: Origin,
  ): readonly Value[] {
    const made: Node = createNode({ op, inputs, attributes, origin });
    const outputs = made.outputs.map((output) => ({ ...output, hint: this.#hints.claim(output.hint) }));
    this.#nodes.push({ ...made, outputs });
    return outputs;
  }

  output(name: string, value: Value): void {
    this.#outputs.push({ name, value });
  }

  build(metadata: ReadonlyMap<string, string> = new Map()): Graph {
    return { name: this.name, inputs: this.#inputs, nodes: this.#nodes, outputs: this.#outputs, metadata };
  }
}

/** A float32 constant; a scalar where no shape is given. */
export const floats = (values: readonly number[], shape: readonly number[] = [values.length], hint = "const"): Value =>
  constantValue(tensorOf("f32", shape, values), hint);

/** A float32 constant of rank 0. */
export const scalar = (value: number, hint = "const"): Value => floats([value], [], hint);

/** An int64 vector constant: a shape, axes, sizes. */
export const integers = (values: readonly number[], hint = "const"): Value => constantValue(int64s(values), hint);

/** A constant that holds `tensor`; a lazy one is read when asked for. */
export const constant = (tensor: Tensor | LazyTensor, hint: string): Value =>
  "data" in tensor ? constantValue(tensor, hint) : lazyConstant(tensor, hint);
