import { argumentError, tooManyArguments } from "./diagnostics.js";
import { asNumber, isCall, isDict, isList, type PyCall, type PyDict, type PyValue } from "./python.js";

/** Largest channel count, kernel or repeat that an argument may ask for; far above any real network. */
const MAX_INT = 1 << 20;

/** The arguments of one row, read by position. Each reader throws yolov5/argument where the value does not fit. */
export class Arguments {
  constructor(
    readonly module: string,
    readonly signature: readonly string[],
    readonly values: readonly PyValue[],
    readonly where: string,
  ) {
    if (values.length > signature.length) throw tooManyArguments(module, values.length, signature, where);
  }

  has(index: number): boolean {
    return index < this.values.length;
  }

  int(index: number, fallback?: number): number {
    const value = this.#at(index, fallback);
    const number = asNumber(value);
    if (number === undefined || !Number.isInteger(number) || Math.abs(number) > MAX_INT)
      throw this.#error(index, "an integer");
    return number;
  }

  number(index: number, fallback?: number): number {
    const number = asNumber(this.#at(index, fallback));
    if (number === undefined) throw this.#error(index, "a number");
    return number;
  }

  /** An integer, or undefined for None. */
  optionalInt(index: number): number | undefined {
    return this.values[index] === null || !this.has(index) ? undefined : this.int(index);
  }

  bool(index: number, fallback?: boolean): boolean {
    const value = this.#at(index, fallback);
    if (typeof value !== "boolean" && typeof value !== "number") throw this.#error(index, "True or False");
    return Boolean(value);
  }

  text(index: number, fallback?: string): string {
    const value = this.#at(index, fallback);
    if (typeof value !== "string") throw this.#error(index, "a text");
    return value;
  }

  ints(index: number, fallback?: readonly number[]): readonly number[] {
    const value = this.#at(index, fallback);
    const numbers = isList(value) ? value.map(asNumber) : [];
    if (
      !isList(value) ||
      !numbers.every((item) => item !== undefined && Number.isInteger(item) && Math.abs(item) <= MAX_INT)
    )
      throw this.#error(index, "a list of integers");
    return numbers as number[];
  }

  /** One integer for both axes, or a pair. */
  pair(index: number, fallback?: number): readonly [number, number] {
    const value = this.values[index];
    if (value === undefined || !isList(value)) {
      const both = this.int(index, fallback);
      return [both, both];
    }
    const numbers = this.ints(index);
    if (numbers.length !== 2) throw this.#error(index, "an integer or a pair of them");
    return [numbers[0]!, numbers[1]!];
  }

  /** True, False or a module such as `nn.ReLU()`. */
  activation(index: number, fallback = true): boolean | PyCall {
    const value = this.#at(index, fallback);
    if (typeof value === "boolean" || isCall(value)) return value;
    // `act if isinstance(act, nn.Module) else nn.Identity()`
    return false;
  }

  dict(index: number): PyDict {
    const value = this.values[index];
    if (value === undefined || !isDict(value)) throw this.#error(index, "a mapping");
    return value;
  }

  #at(index: number, fallback: PyValue | undefined): PyValue {
    const value = this.values[index] ?? (this.has(index) ? null : fallback);
    if (value === undefined) throw this.#error(index, "a value");
    return value;
  }

  #error(index: number, expected: string): Error {
    return argumentError(
      this.module,
      this.signature[index] ?? `argument ${index}`,
      this.values[index],
      expected,
      this.where,
    );
  }
}
