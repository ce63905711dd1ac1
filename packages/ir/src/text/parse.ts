import { type Graph, type GraphOutput, lazyConstant, type Node, type Value } from "../graph.js";
import { Cursor } from "./cursor.js";
import { readNode } from "./parse-node.js";
import { readConstant } from "./read-constant.js";
import { readName, readValueName } from "./spelling.js";
import { readTensorType, readType } from "./types.js";

const GRAPH = /graph(?!\w)/y;
const META = /meta(?!\w)/y;
const RETURN = /return(?!\w)/y;
const ABSENT = /_(?!\w)/y;
/** The start of a type, where a node has its op: a word before a bracket. */
const TYPE_AHEAD = /(?=\w+\s*\[)/y;

/** One graph being read. */
class GraphReader {
  readonly #cursor: Cursor;
  readonly #values = new Map<string, Value>();
  readonly #nodes: Node[] = [];
  readonly #metadata = new Map<string, string>();

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  read(): Graph {
    const cursor = this.#cursor;
    cursor.take(GRAPH, "graph");
    const name = readName(cursor, "the name of the graph");
    cursor.takeMark("(");
    const inputs = cursor.list(")", () => this.#readGraphInput());
    cursor.takeMark("{");
    while (!cursor.accept(RETURN)) this.#readStatement();
    const outputs = this.#readOutputs();
    if (!cursor.atEnd) throw cursor.error("the end");
    return { name, inputs, nodes: this.#nodes, outputs, metadata: this.#metadata };
  }

  #readGraphInput(): Value {
    const hint = this.#readNewName();
    this.#cursor.takeMark(":");
    const value: Value = { type: readType(this.#cursor), hint };
    this.#values.set(hint, value);
    return value;
  }

  #readStatement(): void {
    if (this.#cursor.accept(META)) this.#readMetadata();
    else this.#readDefinition();
  }

  #readDefinition(): void {
    const hints = this.#readNewNames();
    this.#cursor.takeMark("=");
    if (hints.length === 1 && this.#cursor.accept(TYPE_AHEAD) !== undefined) this.#readConstant(hints[0]!);
    else this.#readNode(hints);
  }

  #readNode(hints: readonly string[]): void {
    const node = readNode(this.#cursor, hints, () => (this.#cursor.accept(ABSENT) ? undefined : this.#readValue()));
    this.#nodes.push(node);
    for (const output of node.outputs) this.#values.set(output.hint, output);
  }

  #readMetadata(): void {
    const start = this.#cursor.position;
    const key = this.#cursor.takeString("a key in quotes");
    if (this.#metadata.has(key)) throw this.#cursor.error("each key once", start);
    this.#cursor.takeMark("=");
    this.#metadata.set(key, this.#cursor.takeString("a text in quotes"));
  }

  #readConstant(hint: string): void {
    const type = readTensorType(this.#cursor);
    this.#values.set(hint, lazyConstant(readConstant(this.#cursor, type, hint), hint));
  }

  #readNewNames(): string[] {
    if (!this.#cursor.text.startsWith("%", this.#cursor.position))
      throw this.#cursor.error("meta, return, or a value, such as %x");
    const names = [this.#readNewName()];
    while (this.#cursor.acceptMark(",")) {
      const start = this.#cursor.position;
      const name = this.#readNewName();
      if (names.includes(name)) throw this.#cursor.error("a name that is new", start);
      names.push(name);
    }
    return names;
  }

  #readNewName(): string {
    const start = this.#cursor.position;
    const name = readValueName(this.#cursor);
    if (this.#values.has(name)) throw this.#cursor.error("a name that is new", start);
    return name;
  }

  #readValue(): Value {
    const start = this.#cursor.position;
    const value = this.#values.get(readValueName(this.#cursor));
    if (!value) throw this.#cursor.error("a value that is defined above", start);
    return value;
  }

  #readOutputs(): GraphOutput[] {
    const taken = new Set<string>();
    return this.#cursor.list("}", () => {
      const start = this.#cursor.position;
      const bare = this.#cursor.text.startsWith("%", start);
      const name = bare ? undefined : readName(this.#cursor, "an output, such as %y or name = %y");
      if (!bare) this.#cursor.takeMark("=");
      const value = this.#readValue();
      if (taken.has(name ?? value.hint)) throw this.#cursor.error("each output name once", start);
      taken.add(name ?? value.hint);
      return { name: name ?? value.hint, value };
    });
  }
}

/**
 * Reads the text form that {@link printGraph} writes. Beyond it: `//` comments; types of nodes may be left out, and are checked
 * where they stand; constants may be `random SEED` or `random SEED in [low, high]`, uniform numbers in [-1, 1] by default.
 * An elided constant makes a value that can be typed and printed, and throws ir/elided when its content is read.
 * `source` is how messages name the text.
 * @throws ir/syntax with line and column, and what `createNode` throws with its place
 */
export const parseGraph = (text: string, source?: string): Graph => new GraphReader(new Cursor(text, source)).read();
