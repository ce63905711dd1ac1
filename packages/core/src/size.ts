import { CompileError } from "./error.js";

/**
 * The size of an axis: an integer, or an integer polynomial in a graph's symbols. A symbol stands for a positive integer that
 * is known when the graph runs. A polynomial that has no symbol is always a plain number.
 */
export type Size = number | Polynomial;

/** A value for each symbol. */
export type Bindings<S extends Size = number> = ReadonlyMap<string, S>;

/** The symbols of a product, sorted, joined by `*`; "" for the constant term. */
type Monomial = string;

/** Far more than a network's sizes need; bounds hostile sums and products. */
const MOST_TERMS = 256;
const MOST_FACTORS = 32;

/** A sum of products of symbols with integer coefficients, in canonical form: equal polynomials have the same text. */
export class Polynomial {
  readonly #text: string;

  /** Of sorted terms without zeros, at least one of them with a symbol; {@link addSizes} and the like see to that. */
  constructor(readonly terms: ReadonlyMap<Monomial, number>) {
    this.#text = [...terms].map(spellTerm).join("").replace(/^\+/, "");
  }

  /** The canonical spelling: `32*h`, `48*h*w+2*h-1`. Terms of more symbols come first. */
  toString(): string {
    return this.#text;
  }

  /** As {@link toString}, for messages that quote attributes. */
  toJSON(): string {
    return this.#text;
  }
}

function spellTerm([symbols, coefficient]: readonly [Monomial, number]): string {
  const sign = coefficient < 0 ? "-" : "+";
  const count = Math.abs(coefficient);
  if (symbols === "") return sign + count;
  return sign + (count === 1 ? symbols : `${count}*${symbols}`);
}

/** Whether a text is a letter or `_`, then letters, digits and `_`. */
export const isSymbol = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** The size that is one symbol. @throws core/size unless {@link isSymbol} */
export function symbolSize(name: string): Polynomial {
  if (!isSymbol(name)) throw sizeError(`${JSON.stringify(name)} is no name for a symbol`);
  return new Polynomial(new Map([[name, 1]]));
}

/** Whether the size is an integer. */
export const isFixed = (size: Size): size is number => typeof size === "number";

/** Whether every size is an integer. */
export const areFixed = (sizes: readonly Size[]): sizes is readonly number[] => sizes.every(isFixed);

/** Whether two sizes are equal whatever their symbols stand for. */
export const sameSize = (a: Size | undefined, b: Size | undefined): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && String(a) === String(b));

/** Whether rank and sizes are equal. */
export const sameShape = (a: readonly Size[], b: readonly Size[]): boolean =>
  a.length === b.length && a.every((size, axis) => sameSize(size, b[axis]));

/** The symbols of a size, sorted. */
export const symbolsOf = (size: Size): string[] =>
  isFixed(size) ? [] : [...new Set([...size.terms.keys()].flatMap(factorsOf))].sort();

/** a + b. @throws core/size as every operation where coefficients or terms are too many */
export function addSizes(a: Size, b: Size): Size {
  if (isFixed(a) && isFixed(b)) return a + b;
  const sum = new Map(termsOf(a));
  for (const [symbols, coefficient] of termsOf(b)) sum.set(symbols, (sum.get(symbols) ?? 0) + coefficient);
  return fromTerms(sum);
}

/** a - b */
export const subtractSizes = (a: Size, b: Size): Size =>
  isFixed(a) && isFixed(b) ? a - b : addSizes(a, multiplySizes(b, -1));

/** a * b */
export function multiplySizes(a: Size, b: Size): Size {
  if (isFixed(a) && isFixed(b)) return a * b;
  const product = new Map<Monomial, number>();
  for (const [left, count] of termsOf(a))
    for (const [right, times] of termsOf(b)) {
      const symbols = joinSymbols(left, right);
      product.set(symbols, (product.get(symbols) ?? 0) + count * times);
    }
  return fromTerms(product);
}

/** The sum; 0 of none. */
export const sumOf = (sizes: readonly Size[]): Size => sizes.reduce(addSizes, 0);

/** The product, the number of elements of a shape; 1 for a scalar, whose shape is empty. */
export const productOf = (sizes: readonly Size[]): Size => sizes.reduce(multiplySizes, 1);

/** a / b where that is an integer, or a polynomial with integer coefficients; undefined elsewhere, and by 0. */
export function divideSizes(a: Size, b: Size): Size | undefined {
  if (b === 0) return undefined;
  if (isFixed(a) && isFixed(b)) return a % b === 0 ? a / b : undefined;
  const [divisor, divisorCount] = leadOf(b);
  let [quotient, rest] = [0 as Size, a];
  while (rest !== 0) {
    const [symbols, count] = leadOf(rest);
    const left = takeSymbols(symbols, divisor);
    if (left === undefined || count % divisorCount !== 0) return undefined;
    const part = fromTerms(new Map([[left, count / divisorCount]]));
    quotient = addSizes(quotient, part);
    rest = subtractSizes(rest, multiplySizes(part, b));
  }
  return quotient;
}

/** floor(size / step) where `step`, which is positive, divides every coefficient of a symbol; undefined elsewhere. */
export function floorDivide(size: Size, step: number): Size | undefined {
  if (isFixed(size)) return Math.floor(size / step);
  const rest = size.terms.get("") ?? 0;
  const whole = divideSizes(subtractSizes(size, rest), step);
  return whole === undefined ? undefined : addSizes(whole, Math.floor(rest / step));
}

/** ceil(size / step), as {@link floorDivide}. */
export function ceilDivide(size: Size, step: number): Size | undefined {
  if (isFixed(size)) return Math.ceil(size / step);
  const below = floorDivide(multiplySizes(size, -1), step);
  return below === undefined ? undefined : multiplySizes(below, -1);
}

/** The size with symbols replaced; those that are not bound stay. */
export function substitute(size: Size, bindings: Bindings<Size>): Size {
  if (isFixed(size)) return size;
  const terms = [...size.terms].map(([symbols, coefficient]) =>
    productOf([coefficient, ...factorsOf(symbols).map((symbol) => bindings.get(symbol) ?? symbolSize(symbol))]),
  );
  return sumOf(terms);
}

/** The integer that a size stands for. @throws core/size if a symbol is not bound */
export function evaluateSize(size: Size, bindings: Bindings): number {
  const value = substitute(size, bindings);
  if (isFixed(value)) return value;
  throw sizeError(`${size} has no value: ${symbolsOf(value).join(", ")} stands for no number`);
}

/**
 * The least value, since symbols are at least 1; -Infinity where that cannot be told. Symbols are written as 1 + t: if no
 * coefficient but the constant is negative then, the least value is at t = 0.
 */
export function leastValue(size: Size): number {
  if (isFixed(size)) return size;
  const shifted = substitute(size, new Map(symbolsOf(size).map((name) => [name, addSizes(symbolSize(name), 1)])));
  if (isFixed(shifted)) return shifted;
  const grows = [...shifted.terms].every(([symbols, coefficient]) => symbols === "" || coefficient > 0);
  return grows ? (shifted.terms.get("") ?? 0) : Number.NEGATIVE_INFINITY;
}

/** The sign of a - b for all symbols; undefined where it depends on them, or cannot be told. */
export function compareSizes(a: Size, b: Size): -1 | 0 | 1 | undefined {
  if (isFixed(a) && isFixed(b)) return a < b ? -1 : a > b ? 1 : 0;
  const difference = subtractSizes(a, b);
  if (difference === 0) return 0;
  if (leastValue(difference) > 0) return 1;
  return leastValue(multiplySizes(difference, -1)) > 0 ? -1 : undefined;
}

/** Whether the size is certainly at least `bound`. */
export const isAtLeast = (size: Size, bound: number): boolean => leastValue(size) >= bound;

const factorsOf = (symbols: Monomial): string[] => (symbols === "" ? [] : symbols.split("*"));

const joinSymbols = (a: Monomial, b: Monomial): Monomial => {
  if (a === "" || b === "") return a + b;
  return [...factorsOf(a), ...factorsOf(b)].sort().join("*");
};

/** `symbols` without those of `taken`; undefined if one is missing. */
function takeSymbols(symbols: Monomial, taken: Monomial): Monomial | undefined {
  const left = factorsOf(symbols);
  for (const symbol of factorsOf(taken)) {
    const at = left.indexOf(symbol);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.join("*");
}

const termsOf = (size: Size): ReadonlyMap<Monomial, number> => (isFixed(size) ? new Map([["", size]]) : size.terms);

const leadOf = (size: Size): readonly [Monomial, number] => [...termsOf(size)][0]!; // a polynomial has a term

/** More symbols first, then by the alphabet: a monomial order, which exact division relies on. */
function compareMonomials(a: Monomial, b: Monomial): number {
  const degrees = factorsOf(b).length - factorsOf(a).length;
  return degrees || (a < b ? -1 : 1);
}

function fromTerms(terms: ReadonlyMap<Monomial, number>): Size {
  const kept = [...terms].filter(([, coefficient]) => checked(coefficient) !== 0);
  if (kept.length > MOST_TERMS) throw sizeError(`a size has more than ${MOST_TERMS} terms`);
  if (kept.some(([symbols]) => factorsOf(symbols).length > MOST_FACTORS))
    throw sizeError(`a size has a product of more than ${MOST_FACTORS} symbols`);
  if (kept.every(([symbols]) => symbols === "")) return kept[0]?.[1] ?? 0;
  return new Polynomial(new Map(kept.sort(([a], [b]) => compareMonomials(a, b))));
}

function checked(coefficient: number): number {
  if (!Number.isSafeInteger(coefficient)) throw sizeError(`a size holds ${coefficient}, which is no exact integer`);
  return coefficient;
}

const sizeError = (message: string): CompileError => new CompileError({ code: "core/size", message });
