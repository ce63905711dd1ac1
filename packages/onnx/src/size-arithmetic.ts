import { areFixed, int64s, isFixed, type Polynomial, type Size, symbolsOf } from "@yolo-compile/core";
import { constantValue, type Origin, type Value } from "@yolo-compile/ir";
import { unboundSymbol } from "./diagnostics.js";

/** A node that computes sizes. */
interface SizeNode {
  readonly op: "Shape" | "Gather" | "Add" | "Sub" | "Mul" | "Div" | "Concat" | "Squeeze";
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, number>>;
  readonly origin: Origin;
}

/** An axis from which a symbol is computed: its size is `factor * symbol + rest`. */
interface Source {
  readonly value: Value;
  readonly axis: number;
  readonly factor: number;
  readonly rest: number;
}

const ORIGIN: Origin = { path: "sizes", rules: [] };

/** Makes nodes that compute sizes from the shapes of inputs when the model runs; no computation is made twice. */
export class SizeArithmetic {
  readonly #sources = new Map<string, Source>();
  readonly #constants = new Map<number, Value>();
  /** By op and inputs. */
  readonly #made = new Map<string, Value>();
  readonly #numbers = new Map<Value, number>();
  #nodes: SizeNode[] = [];

  constructor(inputs: readonly Value[]) {
    for (const input of inputs) this.learn(input);
  }

  /** Lets the symbols in the shape of a value be computed from it, unless an earlier value has them. */
  learn(value: Value): void {
    for (const [axis, size] of value.type.shape.entries()) {
      if (isFixed(size)) continue;
      const [symbol, ...more] = symbolsOf(size);
      if (symbol === undefined || more.length > 0 || this.#sources.has(symbol)) continue;
      const linear = [...size.terms.keys()].every((term) => term === symbol || term === "");
      const [factor, rest] = [size.terms.get(symbol) ?? 0, size.terms.get("") ?? 0];
      if (linear) this.#sources.set(symbol, { value, axis, factor, rest });
    }
  }

  /** The nodes made since the last call. */
  takeNodes(): readonly SizeNode[] {
    const nodes = this.#nodes;
    this.#nodes = [];
    return nodes;
  }

  /** i64[n]: a constant where all sizes are integers. @throws onnx/size where no input's size tells a symbol */
  vector(sizes: readonly Size[], hint: string): Value {
    if (areFixed(sizes)) return constantValue(int64s(sizes), hint);
    const parts = sizes.map((size) => (isFixed(size) ? this.#constant(size) : this.#size(size)));
    return parts.length === 1 ? parts[0]! : this.#node("Concat", parts, hint, { axis: 0 });
  }

  /** i64[]: as {@link vector}, of one size. */
  scalar(size: Size, hint: string): Value {
    const one = this.vector([size], hint);
    if (one.constant) return constantValue({ ...one.constant.read(), shape: [] }, hint);
    // Without axes, which every opset spells in the same way.
    return this.#node("Squeeze", [one], `${size}/scalar`, {}, []);
  }

  #constant(size: number): Value {
    const made = this.#constants.get(size) ?? constantValue(int64s([size]), `sizes/${size}`);
    this.#constants.set(size, made);
    return made;
  }

  /** The sum of its terms. i64[1] */
  #size(size: Polynomial): Value {
    const products = [...size.terms].map(([symbols, factor]) => this.#product(symbols, factor));
    return products.reduce((sum, product) => this.#node("Add", [sum, product], String(size)));
  }

  #product(symbols: string, factor: number): Value {
    if (symbols === "") return this.#constant(factor);
    const values = symbols.split("*").map((symbol) => this.#symbol(symbol));
    const product = values.reduce((left, right) => this.#node("Mul", [left, right], symbols));
    return factor === 1 ? product : this.#node("Mul", [product, this.#constant(factor)], `${factor}*${symbols}`);
  }

  #symbol(symbol: string): Value {
    const source = this.#sources.get(symbol);
    if (!source) throw unboundSymbol(symbol);
    const { value, axis, factor, rest } = source;
    const shape = this.#node("Shape", [value], value.hint);
    const side = this.#node("Gather", [shape, this.#constant(axis)], `${value.hint}.${axis}`, { axis: 0 });
    const multiple = rest === 0 ? side : this.#node("Sub", [side, this.#constant(rest)], `${factor}*${symbol}`);
    return factor === 1 ? multiple : this.#node("Div", [multiple, this.#constant(factor)], symbol);
  }

  #node(
    op: SizeNode["op"],
    inputs: readonly Value[],
    hint: string,
    attributes: SizeNode["attributes"] = {},
    shape?: readonly number[],
  ): Value {
    const key = `${op} ${inputs.map((input) => this.#number(input)).join(" ")}`;
    const known = this.#made.get(key);
    if (known) return known;
    const count = op === "Shape" ? inputs[0]!.type.shape.length : op === "Concat" ? inputs.length : 1;
    const output: Value = { type: { dtype: "i64", shape: shape ?? [count] }, hint: `sizes/${hint}` };
    this.#nodes.push({ op, inputs, outputs: [output], attributes, origin: ORIGIN });
    this.#made.set(key, output);
    return output;
  }

  #number(value: Value): number {
    const number = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}
