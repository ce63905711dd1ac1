import { byteSize, isFloat, toFloat64, viewElements } from "@yolo-compile/core";
import { swapBytes } from "../bytes.js";
import { parseNumpyDType } from "../numpy/dtype.js";
import type { WalkBudget } from "./budget.js";
import { callKey, isRecord, type PickleObject, type PickleValue } from "./value.js";

// Calls that are plain data under another name. They are read where they are looked at, never while unpickling:
// a call that copies its argument, repeated through the memo, would otherwise multiply it at three bytes each.

const DICTS: ReadonlySet<string> = new Set(["collections OrderedDict", "collections defaultdict"]);
const SETS: ReadonlySet<string> = new Set([
  "__builtin__ set",
  "__builtin__ frozenset",
  "builtins set",
  "builtins frozenset",
]);
const PATHS: ReadonlySet<string> = new Set(
  ["pathlib", "pathlib._local"].flatMap((module) =>
    ["PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path"].map((name) => `${module} ${name}`),
  ),
);
const SCALARS: ReadonlySet<string> = new Set(["numpy.core.multiarray scalar", "numpy._core.multiarray scalar"]);
const TORCH_DTYPE = /^torch (b?float|u?int|complex|bool|half|double|long|short)\w{0,20}$/;
/** Longer paths than this are not joined: parts may be shared strings of megabytes. */
const MAX_PATH_LENGTH = 4096;

const isCallOf = (value: PickleValue | undefined, callables: ReadonlySet<string>): value is PickleObject =>
  callables.has(callKey(value) ?? "");

/**
 * The entries of a dict, OrderedDict or defaultdict, in order; `undefined` for anything else.
 * An OrderedDict of Python 2 has its pairs in its arguments.
 */
export function dictEntries(
  value: PickleValue | undefined,
  budget: WalkBudget,
): ReadonlyMap<PickleValue, PickleValue> | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === "dict") return value.entries;
  if (!isCallOf(value, DICTS)) return undefined;
  const pairs = sequenceItems(value.args.at(-1)) ?? [];
  if (pairs.length === 0) return value.entries ?? new Map();
  budget.spend(pairs.length);
  const entries = new Map<PickleValue, PickleValue>();
  for (const pair of pairs) {
    const [key, item, ...rest] = sequenceItems(pair) ?? [];
    if (key === undefined || item === undefined || rest.length > 0) return undefined;
    entries.set(key, item);
  }
  return value.entries ? new Map([...entries, ...value.entries]) : entries;
}

/** The items of a list, tuple or torch.Size. */
export function sequenceItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (!isRecord(value)) return undefined;
  const inner = value.kind === "object" && callKey(value) === "torch Size" ? value.args[0] : value;
  return isRecord(inner) && (inner.kind === "list" || inner.kind === "tuple") ? inner.items : undefined;
}

/** The items of a set or frozenset. */
export function setItems(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (isRecord(value) && value.kind === "set") return value.items;
  return isCallOf(value, SETS) ? (sequenceItems(value.args[0]) ?? []) : undefined;
}

/** A string, or the text of a pathlib path, a torch.device or a torch.dtype. */
export function textOf(value: PickleValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (isRecord(value) && value.kind === "global")
    return TORCH_DTYPE.test(value.key) ? value.key.replace(" ", ".") : undefined;
  if (callKey(value) === "torch device") return deviceText((value as PickleObject).args); // only objects have a call key
  if (!isCallOf(value, PATHS)) return undefined;
  let length = 0;
  for (const part of value.args) {
    if (typeof part !== "string") return undefined;
    length += part.length + 1;
    if (length > MAX_PATH_LENGTH) return undefined;
  }
  const separator = (callKey(value) ?? "").includes("Windows") ? "\\" : "/";
  const [first = "", ...rest] = value.args as readonly string[]; // every part was checked above
  return /[\\/]$/.test(first) ? first + rest.join(separator) : [first, ...rest].join(separator);
}

/** `cuda:0`, of `("cuda", 0)` or of one text. */
function deviceText([type, index, ...others]: readonly PickleValue[]): string | undefined {
  if (typeof type !== "string" || type.length > MAX_PATH_LENGTH || others.length > 0) return undefined;
  if (index === undefined) return type;
  return typeof index === "number" ? `${type}:${index}` : undefined;
}

/** An int, a float, or a numpy scalar. ints past 2^53 are none: nothing here needs them. */
export function numberOf(value: PickleValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (!isRecord(value)) return undefined;
  if (value.kind === "float") return value.value;
  return isCallOf(value, SCALARS) ? scalarNumber(value) : undefined;
}

/** Whether a value is a float in Python's eyes. */
export const isFloatValue = (value: PickleValue): boolean =>
  isRecord(value) &&
  (value.kind === "float" || (isCallOf(value, SCALARS) && /f\d$/.test(numpyDTypeText(value.args[0]) ?? "")));

function scalarNumber(scalar: PickleObject): number | undefined {
  const found = parseNumpyDType(numpyDTypeText(scalar.args[0]) ?? "");
  if (!found || bytesLength(scalar.args[1]) !== byteSize(found.dtype)) return undefined;
  const { dtype, bigEndian } = found;
  const bytes = bytesOf(scalar.args[1])!; // bytesLength knew it
  const data = viewElements(dtype, bigEndian ? swapBytes(bytes, byteSize(dtype)) : bytes);
  const [value] = toFloat64({ dtype, shape: [], data });
  return isFloat(dtype) || Number.isSafeInteger(value) ? value : undefined;
}

/** `<f8` of a pickled numpy.dtype: its code, and in its state the byte order. */
export function numpyDTypeText(value: PickleValue | undefined): string | undefined {
  if (!isRecord(value) || value.kind !== "object" || callKey(value) !== "numpy dtype") return undefined;
  const [code] = value.args;
  const order = sequenceItems(value.state)?.[1];
  return typeof code === "string" && typeof order === "string" ? order + code : undefined;
}

/** The number of bytes that {@link bytesOf} would give. */
export function bytesLength(value: PickleValue | undefined): number | undefined {
  if (isRecord(value) && value.kind === "bytes") return value.bytes.length;
  return latin1Text(value)?.length;
}

/** bytes, or how protocols 0 to 2 write them: `_codecs.encode(text, "latin1")`, a `str` of Python 2. */
export function bytesOf(value: PickleValue | undefined): Uint8Array | undefined {
  if (isRecord(value) && value.kind === "bytes") return value.bytes;
  const text = latin1Text(value);
  return text === undefined ? undefined : Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1Text(value: PickleValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (!isRecord(value) || value.kind !== "object") return undefined;
  const [text, encoding] = value.args;
  if (callKey(value) === "__builtin__ bytes" || callKey(value) === "builtins bytes")
    return text === undefined ? "" : undefined;
  return callKey(value) === "_codecs encode" && typeof text === "string" && encoding === "latin1" ? text : undefined;
}
