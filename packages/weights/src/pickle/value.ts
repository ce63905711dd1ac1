/**
 * The content of a pickle, as inert records. Nothing is looked up, imported or called: a GLOBAL is two names, a REDUCE is
 * the record of a call. Values may be shared and, through containers, cyclic: walkers bound their work.
 */
export type PickleValue =
  | null
  | boolean
  /** An int within ±2^53. */
  | number
  /** An int beyond ±2^53. */
  | bigint
  | string
  | PickleFloat
  | PickleBytes
  | PickleSequence
  | PickleDict
  | PickleGlobal
  | PicklePersistent
  | PickleObject;

/** A Python float; numbers without a record are ints. */
export interface PickleFloat {
  readonly kind: "float";
  readonly value: number;
}

/** Python's `bytes` or `bytearray`. */
export interface PickleBytes {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
}

/** Items in the order of the pickle; a frozenset is a `set` too. */
export interface PickleSequence {
  readonly kind: "list" | "tuple" | "set";
  readonly items: readonly PickleValue[];
}

/** Keys are compared as a Map does: strings and numbers by value, all else by identity. */
export interface PickleDict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<PickleValue, PickleValue>;
}

/** A class or function, by name only. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly module: string;
  readonly name: string;
  /** `module name`. Neither part has white space, so the key is unambiguous. */
  readonly key: string;
}

/** A reference to something outside of the pickle: torch's storages. */
export interface PicklePersistent {
  readonly kind: "persistent";
  readonly id: PickleValue;
}

/** A call that was not made: `callable(*args, **kwargs)`, or `callable.__new__` with them. */
export interface PickleObject {
  readonly kind: "object";
  readonly made: "reduce" | "new";
  readonly callable: PickleValue;
  readonly args: readonly PickleValue[];
  readonly kwargs?: PickleDict;
  /** The value that BUILD passes to `__setstate__` or `__dict__`. */
  readonly state?: PickleValue;
  /** The items that APPEND and APPENDS add. */
  readonly items?: readonly PickleValue[];
  /** The entries that SETITEM and SETITEMS set. */
  readonly entries?: ReadonlyMap<PickleValue, PickleValue>;
}

/** `module name` of a global. */
export const globalKey = (value: PickleValue | undefined): string | undefined =>
  isRecord(value) && value.kind === "global" ? value.key : undefined;

/** {@link globalKey} of the callable that makes an object. */
export const callKey = (value: PickleValue | undefined): string | undefined =>
  isRecord(value) && value.kind === "object" ? globalKey(value.callable) : undefined;

/** Whether a value is one of the records, not a primitive. */
export const isRecord = (value: PickleValue | undefined): value is Extract<PickleValue, { kind: string }> =>
  typeof value === "object" && value !== null;

/** `a dict of 3 entries`, `an object models.yolo.Model`, for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "string") return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (!isRecord(value)) return `the int ${String(value).slice(0, 24)}`;
  switch (value.kind) {
    case "float":
      return `the float ${value.value}`;
    case "bytes":
      return `${value.bytes.length} bytes`;
    case "dict":
      return `a dict of ${value.entries.size}`;
    case "global":
      return `the name ${value.key.replace(" ", ".")}`.slice(0, 120);
    case "persistent":
      return "a storage";
    case "object":
      return `an object ${(callKey(value) ?? "of unknown class").replace(" ", ".")}`.slice(0, 120);
    default:
      return `a ${value.kind} of ${value.items.length}`;
  }
}
