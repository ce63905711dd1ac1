import { elementCount, fromNumbers, type Tensor, uniformStream } from "@yolo-compile/core";
import {
  constantValue,
  type GivenAttributesOf,
  type Graph,
  GraphBuilder,
  type OpName,
  type Value,
} from "@yolo-compile/ir";

/** Numbers that decide one step; each kind of step reads them its own way. */
export interface Choice {
  readonly kind: number;
  readonly on: number;
  readonly a: number;
  readonly b: number;
}

/** Grows a graph node by node; values stay small in count and in magnitude. */
export class GraphGrower {
  readonly #builder = new GraphBuilder("random");
  readonly #values: Value[] = [];
  readonly #used = new Set<Value>();
  #steps = 0;
  #seed = 0;

  get values(): readonly Value[] {
    return this.#values;
  }

  input(shape: readonly number[]): void {
    this.#values.push(this.#builder.input(`x${this.#values.length}`, { dtype: "f32", shape }));
  }

  /** One of the values that exist so far. */
  pick(number: number): Value {
    return this.#values[number % this.#values.length]!;
  }

  /** A constant of uniform numbers in [low, high), each call another seed. */
  noise(shape: readonly number[], low = -1, high = 1): Value {
    const next = uniformStream(++this.#seed);
    const numbers = Array.from({ length: elementCount(shape) }, () => low + next() * (high - low));
    const tensor: Tensor = { dtype: "f32", shape, data: fromNumbers("f32", numbers) };
    return constantValue(tensor, "c");
  }

  /** Adds a node; its outputs can be picked afterwards. Constants do not count as values. */
  add<Op extends OpName>(op: Op, inputs: readonly (Value | undefined)[], attributes?: GivenAttributesOf<Op>): Value {
    const outputs = this.#builder.ops(op, inputs, attributes, { path: `step.${this.#steps++}`, rules: [] });
    for (const input of inputs) if (input) this.#used.add(input);
    this.#values.push(...outputs);
    return outputs[0]!;
  }

  /** The graph whose outputs are the values that `isOutput` chooses, and the last one. */
  build(isOutput: (index: number, used: boolean) => boolean): Graph {
    const last = this.#values.at(-1);
    const outputs = this.#values.filter((value, index) => value === last || isOutput(index, this.#used.has(value)));
    for (const [index, value] of outputs.entries()) this.#builder.output(`out${index}`, value);
    return this.#builder.build();
  }
}
