import { pickleLimit } from "../diagnostics.js";
import type { PickleCursor } from "./cursor.js";
import { PickleFrames } from "./frames.js";
import type { PickleLimits } from "./limits.js";
import type { PickleNames } from "./suspicious.js";
import type { PickleDict, PickleObject, PickleSequence, PickleValue } from "./value.js";

/** Resolves a reference to something outside of the pickle, such as a storage. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The state of an inert pickle machine: the opcodes in their tables act on it. */
export class PickleMachine {
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  /** Entries whose indices follow each other from 0, as picklers write them. */
  readonly #memo: PickleValue[] = [];
  /** All other entries. */
  readonly #sparseMemo = new Map<number, PickleValue>();

  readonly frames: PickleFrames;

  constructor(
    readonly cursor: PickleCursor,
    readonly limits: PickleLimits,
    readonly names: PickleNames,
    readonly persistentLoad: PersistentLoad,
  ) {
    this.frames = new PickleFrames(cursor, names);
  }

  push(value: PickleValue): void {
    if (this.#stack.length >= this.limits.stackDepth) throw this.#limit("values on the stack", this.limits.stackDepth);
    this.#stack.push(value);
  }

  pop(): PickleValue {
    this.#needValue();
    return this.#stack.pop()!;
  }

  top(): PickleValue {
    this.#needValue();
    return this.#stack[this.#stack.length - 1]!;
  }

  mark(): void {
    if (this.#marks.length >= this.limits.stackDepth) throw this.#limit("marks", this.limits.stackDepth);
    this.#marks.push(this.#stack.length);
  }

  /** Whether the last thing on the stack is a mark: POP then takes that. */
  get atMark(): boolean {
    return this.#marks.at(-1) === this.#stack.length;
  }

  /** Removes the last mark and all values above it. Returns these. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) return this.cursor.malformed("there is no mark");
    return this.#stack.splice(mark);
  }

  /** Keeps the last value of the stack. */
  remember(index: number): void {
    const value = this.top();
    if (index < this.#memo.length) this.#memo[index] = value;
    else if (index === this.#memo.length) this.#memo.push(value);
    else this.#sparseMemo.set(index, value);
    if (this.memoSize > this.limits.memoEntries) throw this.#limit("memo entries", this.limits.memoEntries);
  }

  /** The index that MEMOIZE uses. */
  get memoSize(): number {
    return this.#memo.length + this.#sparseMemo.size;
  }

  recall(index: number): PickleValue {
    const value = index < this.#memo.length ? this.#memo[index] : this.#sparseMemo.get(index);
    return value === undefined ? this.cursor.malformed(`memo entry ${index} was never written`) : value;
  }

  popTuple(): readonly PickleValue[] {
    const value = this.pop();
    if (typeof value === "object" && value?.kind === "tuple") return value.items;
    return this.cursor.malformed("a call needs a tuple of arguments");
  }

  popDict(): PickleDict {
    const value = this.pop();
    if (typeof value === "object" && value?.kind === "dict") return value;
    return this.cursor.malformed("a call needs a dict of keyword arguments");
  }

  /** Adds to a list, a set, or the items that an object was to be given. */
  append(target: PickleValue, added: readonly PickleValue[], kind: "list" | "set"): void {
    const items = this.#itemsOf(target, kind);
    if (items.length + added.length > this.limits.containerEntries)
      throw this.#limit("items in one container", this.limits.containerEntries);
    for (const value of added) items.push(value);
  }

  /** Sets keys and values, alternating, in a dict or in the entries that an object was to be given. */
  setItems(target: PickleValue, pairs: readonly PickleValue[]): void {
    if (pairs.length % 2 !== 0) this.cursor.malformed("a key has no value");
    const entries = this.#entriesOf(target);
    for (let index = 0; index < pairs.length; index += 2) entries.set(pairs[index]!, pairs[index + 1]!);
    if (entries.size > this.limits.containerEntries)
      throw this.#limit("entries in one dict", this.limits.containerEntries);
  }

  setState(target: PickleValue, state: PickleValue): void {
    if (typeof target !== "object" || target?.kind !== "object") {
      this.names.noteState(target);
      this.cursor.malformed("only an object can get a state");
    }
    (target as Writable<PickleObject>).state = state; // this machine made the record
  }

  /** The result, at STOP. */
  finish(): PickleValue {
    if (this.#marks.length > 0 || this.#stack.length !== 1)
      return this.cursor.malformed(`${this.#stack.length} values are left at the end, expected one`);
    return this.#stack[0]!;
  }

  #needValue(): void {
    const bottom = this.#marks.length > 0 ? this.#marks[this.#marks.length - 1]! : 0;
    if (this.#stack.length <= bottom) this.cursor.malformed("the stack is empty");
  }

  // The records are readonly to everyone but the machine that is still building them.
  #itemsOf(target: PickleValue, kind: PickleSequence["kind"]): PickleValue[] {
    if (typeof target === "object" && target?.kind === kind) return target.items as PickleValue[];
    if (typeof target !== "object" || target?.kind !== "object") this.cursor.malformed(`items are added to no ${kind}`);
    const object = target as Writable<PickleObject>;
    object.items ??= [];
    return object.items as PickleValue[];
  }

  #entriesOf(target: PickleValue): Map<PickleValue, PickleValue> {
    if (typeof target === "object" && target?.kind === "dict") return target.entries as Map<PickleValue, PickleValue>;
    if (typeof target !== "object" || target?.kind !== "object") this.cursor.malformed("entries are set in no dict");
    const object = target as Writable<PickleObject>;
    object.entries ??= new Map();
    return object.entries as Map<PickleValue, PickleValue>;
  }

  #limit(what: string, limit: number) {
    return pickleLimit(this.cursor.file, this.cursor.offsetBytes, what, limit);
  }
}
