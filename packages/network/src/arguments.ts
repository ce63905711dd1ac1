import type { CompileError } from "@yolo-compile/core";
import { argumentError, tooManyArguments } from "./diagnostics.js";
import { asNumber, isCall, isDict, isList, type PyCall, type PyDict, type PyValue } from "./python.js";

/** The largest channel count, kernel or repeat that an argument may ask for; far above any real network. */
const MAX_INT = 1 << 20;

/**
 * The arguments of one row, read by the names in a module's signature. Each reader throws network/argument where the value
 * does not fit.
 */
export class Arguments<Name extends string = string> {
  readonly #values: ReadonlyMap<string, PyValue | undefined>;

  /** `values` are in the order of `signature`, may be fewer and have gaps. @throws network/argument where they are more */
  constructor(
    readonly module: string,
    signature: readonly Name[],
    values: readonly (PyValue | undefined)[],
    readonly where: string,
  ) {
    if (values.length > signature.length) throw tooManyArguments(module, values.length, signature, where);
    this.#values = new Map(values.map((value, index) => [signature[index]!, value]));
  }

  /** The value as written; undefined where it is left out. */
  value(name: Name): PyValue | undefined {
    return this.#values.get(name);
  }

  /** Whether it is given and not None. */
  has(name: Name): boolean {
    return (this.#values.get(name) ?? null) !== null;
  }

  int(name: Name, fallback?: number): number {
    const number = asNumber(this.#given(name, fallback));
    if (number === undefined || !Number.isInteger(number) || Math.abs(number) > MAX_INT)
      throw this.error(name, "an integer");
    return number;
  }

  number(name: Name, fallback?: number): number {
    const number = asNumber(this.#given(name, fallback));
    if (number === undefined) throw this.error(name, "a number");
    return number;
  }

  bool(name: Name, fallback?: boolean): boolean {
    const value = this.#given(name, fallback);
    if (typeof value !== "boolean" && typeof value !== "number") throw this.error(name, "True or False");
    return Boolean(value);
  }

  text(name: Name, fallback?: string): string {
    const value = this.#given(name, fallback);
    if (typeof value !== "string") throw this.error(name, "a text");
    return value;
  }

  ints(name: Name, fallback?: readonly number[]): readonly number[] {
    const value = this.#given(name, fallback);
    const numbers = isList(value) ? value.map(asNumber) : [];
    if (
      !isList(value) ||
      !numbers.every((item) => item !== undefined && Number.isInteger(item) && Math.abs(item) <= MAX_INT)
    )
      throw this.error(name, "a list of integers");
    return numbers as number[]; // just checked
  }

  /** One integer for both axes, or a pair. */
  pair(name: Name, fallback?: number): readonly [number, number] {
    const value = this.#values.get(name);
    if (value === undefined || !isList(value)) {
      const both = this.int(name, fallback);
      return [both, both];
    }
    const numbers = this.ints(name);
    if (numbers.length !== 2) throw this.error(name, "an integer or a pair of them");
    return [numbers[0]!, numbers[1]!];
  }

  /** As {@link pair}; undefined where it is left out or None. */
  optionalPair(name: Name): readonly [number, number] | undefined {
    return this.has(name) ? this.pair(name) : undefined;
  }

  /** True, False or a module such as `nn.ReLU()`. */
  activation(name: Name, fallback = true): boolean | PyCall {
    const value = this.#given(name, fallback);
    if (typeof value === "boolean" || isCall(value)) return value;
    // `act if isinstance(act, nn.Module) else nn.Identity()`
    return false;
  }

  dict(name: Name): PyDict {
    const value = this.#values.get(name);
    if (value === undefined || !isDict(value)) throw this.error(name, "a mapping");
    return value;
  }

  /** The error that the argument's value is not the expected one. */
  error(name: Name, expected: string): CompileError {
    return argumentError(this.module, name, this.#values.get(name), expected, this.where);
  }

  #given(name: Name, fallback: PyValue | undefined): PyValue {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    if (fallback === undefined) throw this.error(name, "a value");
    return fallback;
  }
}
