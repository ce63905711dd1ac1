import { elementCount, type LazyTensor, type Tensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import {
  constantValue,
  createNode,
  createNodeByName,
  type Graph,
  lazyConstant,
  type Node,
  type Value,
} from "@yolo-compile/ir";
import { type Affine, affineOf, LEAST_SCALE, type Ranges } from "./affine.js";
import type { Pass } from "./pass.js";
import { marked, type Rewrite, rewriteOf } from "./rule.js";
import { sharedRanges } from "./shared-ranges.js";

const NAME = "quantize";

/** The parts of a graph that become integers of 8 bits. */
export interface QuantizeOptions {
  /** The range of each value that a quantised node reads or makes. */
  readonly ranges: Ranges;
  /** The nodes to quantise; {@link planQuantized} finds those that may be. */
  readonly nodes: { has(node: Node): boolean };
}

/** The largest magnitude of a weight of 8 bits: symmetrical, so that its zero is 0. */
const LARGEST_WEIGHT = 127;

const LARGEST_BIAS = 2 ** 31 - 1;

/** Rebuilds a graph with a QuantizeLinear behind and a DequantizeLinear before each node that is quantised. */
class Quantizer {
  readonly nodes: Node[] = [];
  /** The 8 bits of each value that some quantised node reads or makes. */
  readonly #quantized = new Map<Value, Value>();
  /** The values of which there are only 8 bits. */
  readonly #made = new Set<Value>();
  readonly #read = new Map<Value, Value>();
  readonly #affine = new Map<Value, { readonly scale: Value; readonly zero: Value; readonly affine: Affine }>();

  constructor(readonly ranges: Ranges) {}

  /** What a node reads in place of `value`: behind a DequantizeLinear where a quantised node made it. */
  read(value: Value): Value {
    return this.#made.has(value) ? this.dequantized(value) : value;
  }

  /** `value` as what 8 bits hold of it. */
  dequantized(value: Value): Value {
    const known = this.#read.get(value);
    if (known) return known;
    const quantized = this.#quantized.get(value) ?? this.#quantize(value, value);
    const { scale, zero } = this.#parameters(value);
    const made = this.#add("DequantizeLinear", [quantized, scale, zero], value.hint);
    this.#read.set(value, made);
    return made;
  }

  /** Puts a QuantizeLinear behind `made`, which takes the place of `value`. */
  replace(value: Value, made: Value): void {
    this.#made.add(value);
    this.#quantize(value, made);
  }

  #quantize(value: Value, made: Value): Value {
    const { scale, zero } = this.#parameters(value);
    const quantized = this.#add("QuantizeLinear", [made, scale, zero], value.hint);
    this.#quantized.set(value, quantized);
    return quantized;
  }

  affine = (value: Value): Affine => this.#parameters(value).affine;

  #parameters(value: Value) {
    const known = this.#affine.get(value);
    if (known) return known;
    const affine = affineOf(this.ranges.get(value)!); // the plan has looked
    const made = {
      affine,
      scale: constantValue(tensorOf("f32", [], [affine.scale]), `${value.hint}/scale`),
      zero: constantValue(tensorOf("u8", [], [affine.zero]), `${value.hint}/zero`),
    };
    this.#affine.set(value, made);
    return made;
  }

  #add(op: "QuantizeLinear" | "DequantizeLinear", inputs: readonly Value[], hint: string, axis = 1): Value {
    const origin = marked({ path: "", rules: [] }, NAME);
    const node = createNode({ op, inputs, attributes: { axis }, origin, hints: [`${hint}/${op}`] });
    this.nodes.push(node);
    return node.outputs[0]!;
  }

  /** A weight in 8 bits a number, with a scale for each of its filters. */
  weight(value: Value): { readonly read: Value; readonly scales: Float64Array } {
    const stored = value.constant!; // the plan has looked
    const scales = channelScales(stored.read());
    const integers: LazyTensor = { dtype: "i8", shape: stored.shape, read: () => roundWeight(stored.read(), scales) };
    const shape = [scales.length];
    const scale = constantValue(tensorOf("f32", shape, scales), `${value.hint}/scale`);
    const zero = constantValue(tensorOf("i8", shape, new Float64Array(scales.length)), `${value.hint}/zero`);
    const read = this.#add("DequantizeLinear", [lazyConstant(integers, value.hint), scale, zero], value.hint, 0);
    return { read, scales };
  }

  /** A bias in 32 bits, in units of the products that it is added to. */
  bias(value: Value, scales: Float64Array): Value {
    const numbers = toFloat64(value.constant!.read());
    const integers = numbers.map((each, at) => clamp(Math.round(each / scales[at]!), -LARGEST_BIAS, LARGEST_BIAS));
    const stored = constantValue(tensorOf("i32", [numbers.length], integers), value.hint);
    const scale = constantValue(tensorOf("f32", [numbers.length], scales), `${value.hint}/scale`);
    return this.#add("DequantizeLinear", [stored, scale], value.hint, 0);
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The largest magnitude of each filter, as a share of the largest weight of 8 bits; a filter of zeros has the least scale. */
function channelScales(weight: Tensor): Float64Array {
  const numbers = toFloat64(weight);
  const filters = weight.shape[0]!;
  const length = elementCount(weight.shape) / filters;
  return Float64Array.from({ length: filters }, (_, filter) => {
    const largest = numbers
      .subarray(filter * length, (filter + 1) * length)
      .reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    return Math.fround(Math.max(largest / LARGEST_WEIGHT, LEAST_SCALE));
  });
}

function roundWeight(weight: Tensor, scales: Float64Array): Tensor {
  const length = elementCount(weight.shape) / scales.length;
  const integers = toFloat64(weight).map((each, at) =>
    clamp(Math.round(each / scales[Math.floor(at / length)]!), -LARGEST_WEIGHT, LARGEST_WEIGHT),
  );
  return tensorOf("i8", weight.shape, integers);
}

/** x: u8 with one scale, w: i8 with one a filter, bias: i32 in their product */
function quantizeWeighted(quantizer: Quantizer, node: Node): readonly Value[] {
  const [x, w, b] = node.inputs as [Value, Value, Value | undefined];
  const read = quantizer.dequantized(x);
  const weight = quantizer.weight(w);
  if (!b) return [read, weight.read];
  const { scale } = quantizer.affine(x);
  const products = weight.scales.map((each) => Math.fround(each * scale));
  return [read, weight.read, quantizer.bias(b, products)];
}

/**
 * The same graph with integers of 8 bits between the nodes that are chosen: each reads its inputs behind a DequantizeLinear
 * and has a QuantizeLinear behind it, which runtimes fuse into one integer node. Activations are u8 with one scale, weights
 * i8 with one a filter, biases i32. Values that a Concat joins, or that are only moved, share a scale.
 */
export const quantize = ({ ranges, nodes }: QuantizeOptions): Pass => ({
  name: NAME,
  run: (graph: Graph, observer) => {
    const chosen = (node: Node): boolean => nodes.has(node);
    const quantizer = new Quantizer(sharedRanges(graph, ranges, chosen));
    const rewrites: Rewrite[] = [];
    for (const node of graph.nodes) {
      const rewrite = rewriteOf(NAME, node);
      if (!chosen(node) || observer.allows?.(rewrite) === false) {
        quantizer.nodes.push({ ...node, inputs: node.inputs.map((input) => input && quantizer.read(input)) });
        continue;
      }
      const isWeighted = node.inputs[1]?.constant !== undefined;
      const inputs = isWeighted
        ? quantizeWeighted(quantizer, node)
        : node.inputs.map((input) => input && quantizer.dequantized(input));
      const { op, attributes, outputs } = node;
      const hints = outputs.map(({ hint }) => hint);
      const made = createNodeByName({ op, inputs, attributes, origin: marked(node.origin, NAME), hints });
      quantizer.nodes.push(made);
      for (const [index, output] of outputs.entries()) quantizer.replace(output, made.outputs[index]!);
      rewrites.push(rewrite);
    }
    const outputs = graph.outputs.map(({ name, value }) => ({ name, value: quantizer.read(value) }));
    return { graph: { ...graph, nodes: quantizer.nodes, outputs }, rewrites, replaced: new Map() };
  },
});
