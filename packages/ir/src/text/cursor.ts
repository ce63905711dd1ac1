import type { CompileError } from "@yolo-compile/core";
import { syntaxError } from "../diagnostics.js";

const SPACE = /(?:\s+|\/\/[^\n]*)*/y;
const TOKEN = /"[^"\n]{0,40}"?|%?[\w./-]{1,40}|./uy;

/** Reads a text token by token, skipping white space and `//` comments before each. Patterns are sticky. */
export class Cursor {
  #at = 0;

  constructor(
    readonly text: string,
    /** The name of the text in messages. */
    readonly source?: string,
  ) {}

  /** The offset at which the next token starts. */
  get position(): number {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.text)?.[0].length ?? 0;
    return this.#at;
  }

  get atEnd(): boolean {
    return this.position === this.text.length;
  }

  /** The next token, if it is of that form. */
  accept(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** @throws ir/syntax unless the next token is of that form */
  take(pattern: RegExp, expected: string): string {
    const found = this.accept(pattern);
    if (found === undefined) throw this.error(expected);
    return found;
  }

  acceptMark(mark: string): boolean {
    const found = this.text.startsWith(mark, this.position);
    if (found) this.#at += mark.length;
    return found;
  }

  /** @throws ir/syntax unless `mark` comes next */
  takeMark(mark: string): void {
    if (!this.acceptMark(mark)) throw this.error(mark);
  }

  /** A string in JSON's form, or undefined if none starts here. @throws ir/syntax if it is broken */
  acceptString(): string | undefined {
    const start = this.position;
    if (this.text[start] !== '"') return undefined;
    let end = start + 1;
    while (this.text[end] !== '"') {
      if (end >= this.text.length || this.text[end] === "\n") throw this.error("a string that ends on its line", start);
      end += this.text[end] === "\\" ? 2 : 1;
    }
    this.#at = end + 1;
    try {
      return String(JSON.parse(this.text.slice(start, this.#at)));
    } catch {
      throw this.error("a string as JSON spells it", start);
    }
  }

  /** @throws ir/syntax unless a string comes next */
  takeString(expected: string): string {
    const found = this.acceptString();
    if (found === undefined) throw this.error(expected);
    return found;
  }

  /** Items with commas between them, up to `close`, which is taken too. */
  list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    if (this.acceptMark(close)) return items;
    do items.push(item());
    while (this.acceptMark(","));
    if (!this.acceptMark(close)) throw this.error(`, or ${close}`);
    return items;
  }

  /** `line 3, column 8` */
  where(position: number): string {
    const { line, column } = this.#place(position);
    return `${this.source === undefined ? "" : `${this.source}, `}line ${line}, column ${column}`;
  }

  /** The error that something else stands at `position`, by default the next token. */
  error(expected: string, position = this.position, found = this.#token(position)): CompileError {
    return syntaxError(this.where(position), found, expected);
  }

  #token(position: number): string {
    TOKEN.lastIndex = position;
    return TOKEN.exec(this.text)?.[0] ?? "the end";
  }

  #place(position: number): { line: number; column: number } {
    const before = this.text.slice(0, position).split("\n");
    return { line: before.length, column: before.at(-1)!.length + 1 };
  }
}
