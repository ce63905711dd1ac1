import { addSizes, multiplySizes, type Size, subtractSizes, symbolSize } from "./size.js";

const TOKEN = /\s*(\d+|[A-Za-z_]\w*|[-+*()])/y;

/** Longer texts are no sizes; brackets nest no deeper than their length. */
const LONGEST_TEXT = 1000;

/**
 * A size from sums and products of integers, symbols and brackets, in any order; undefined for other text.
 * @throws core/size where coefficients or terms are too many
 */
export function parseSize(text: string): Size | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) tokens.push(found[1]!);
  if (tokens.join("") !== text.replaceAll(/\s/g, "")) return undefined;
  const size = readSum(tokens);
  return tokens.length === 0 ? size : undefined;
}

/** Takes its tokens from the front, as all readers below. */
function readSum(tokens: string[]): Size | undefined {
  let sum: Size = 0;
  let sign = tokens[0] === "-" ? tokens.shift() : "+";
  while (sign === "+" || sign === "-") {
    const product = readProduct(tokens);
    if (product === undefined) return undefined;
    sum = sign === "-" ? subtractSizes(sum, product) : addSizes(sum, product);
    sign = tokens[0] === "+" || tokens[0] === "-" ? tokens.shift() : undefined;
  }
  return sum;
}

function readProduct(tokens: string[]): Size | undefined {
  let product = readFactor(tokens);
  while (product !== undefined && tokens[0] === "*") {
    tokens.shift();
    const factor = readFactor(tokens);
    product = factor === undefined ? undefined : multiplySizes(product, factor);
  }
  return product;
}

function readFactor(tokens: string[]): Size | undefined {
  const token = tokens.shift();
  if (token === "(") {
    const inner = readSum(tokens);
    return tokens.shift() === ")" ? inner : undefined;
  }
  if (token === undefined || !/^\w/.test(token)) return undefined;
  if (!/^\d/.test(token)) return symbolSize(token);
  return Number.isSafeInteger(Number(token)) ? Number(token) : undefined;
}
