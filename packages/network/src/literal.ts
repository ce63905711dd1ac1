import type { PyValue } from "./python.js";

/** The values of names: `nc`, `anchors` and the like. */
export type Names = ReadonlyMap<string, PyValue>;

interface Token {
  readonly kind: "name" | "number" | "string" | "mark";
  readonly text: string;
}

const TOKEN =
  /\s*(?:([A-Za-z_][\w.]*)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|'([^'\\]*)'|"([^"\\]*)"|([()[\],=]))/y;

/** The deepest nesting of an argument, far more than real ones have; keeps hostile text from exhausting the stack. */
const MAX_DEPTH = 16;

/**
 * The value of a yaml argument's text under Python's `eval`, for the closed grammar of literals, lists, tuples, known names
 * and calls `nn.Name(…)`, which stay data. `undefined` where Python would raise NameError or SyntaxError: parse_model then
 * keeps the string.
 */
export function parseLiteral(text: string, names: Names): PyValue | undefined {
  const tokens = tokenize(text);
  if (!tokens || tokens.length === 0) return undefined;
  const parser = new LiteralParser(tokens, names);
  const value = parser.value(0);
  return parser.atEnd ? value : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) return undefined;
    const [, name, number, single, double, mark] = match;
    if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
    else tokens.push({ kind: "string", text: single ?? double ?? "" });
  }
  return tokens;
}

class LiteralParser {
  #at = 0;

  constructor(
    readonly tokens: readonly Token[],
    readonly names: Names,
  ) {}

  get atEnd(): boolean {
    return this.#at === this.tokens.length;
  }

  value(depth: number): PyValue | undefined {
    const token = this.tokens[this.#at++];
    if (!token || depth > MAX_DEPTH) return undefined;
    if (token.kind === "string") return token.text;
    if (token.kind === "number") return parseNumber(token.text);
    if (token.kind === "name") return this.#named(token.text, depth);
    if (token.text === "[") return this.#list("]", depth);
    if (token.text === "(") return this.#parenthesis(depth);
    return undefined;
  }

  #named(name: string, depth: number): PyValue | undefined {
    if (name === "None") return null;
    if (name === "True" || name === "False") return name === "True";
    if (this.#take("(")) return this.#call(name, depth);
    return this.names.get(name);
  }

  #call(name: string, depth: number): PyValue | undefined {
    if (!/^(torch\.)?nn\.\w+$/.test(name)) return undefined;
    const args: PyValue[] = [];
    const keywords = new Map<string, PyValue>();
    while (!this.#take(")")) {
      const keyword = this.#keyword();
      const value = this.value(depth + 1);
      if (value === undefined || !this.#separated(")")) return undefined;
      if (keyword === undefined) args.push(value);
      else keywords.set(keyword, value);
    }
    return { call: name.replace(/^torch\./, ""), args, keywords };
  }

  #keyword(): string | undefined {
    const [name, equals] = [this.tokens[this.#at], this.tokens[this.#at + 1]];
    if (name?.kind !== "name" || equals?.text !== "=") return undefined;
    this.#at += 2;
    return name.text;
  }

  /** A tuple, as a list, or a value in parentheses. */
  #parenthesis(depth: number): PyValue | undefined {
    const before = this.#at;
    const items = this.#list(")", depth);
    const commas = this.tokens.slice(before, this.#at).some(({ text }) => text === ",");
    return items?.length === 1 && !commas ? items[0] : items;
  }

  #list(close: string, depth: number): PyValue[] | undefined {
    const items: PyValue[] = [];
    while (!this.#take(close)) {
      const item = this.value(depth + 1);
      if (item === undefined || !this.#separated(close)) return undefined;
      items.push(item);
    }
    return items;
  }

  #separated(close: string): boolean {
    return this.#take(",") || this.tokens[this.#at]?.text === close;
  }

  #take(mark: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "mark" || token.text !== mark) return false;
    this.#at++;
    return true;
  }
}

const parseNumber = (text: string): PyValue => (/^[-+]?\d+$/.test(text) ? Number(text) : { pyFloat: Number(text) });
