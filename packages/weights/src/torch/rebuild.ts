import { byteSize, type DType } from "@yolo-compile/core";
import { dtypeRefused, metadataRefused, tensorMalformed, tensorRefused } from "../diagnostics.js";
import { sequenceItems } from "../pickle/interpret.js";
import { callKey, describe, globalKey, isRecord, type PickleObject, type PickleValue } from "../pickle/value.js";
import { STORAGE_DTYPES, TORCH_DTYPES, UNTYPED_STORAGES } from "./dtypes.js";
import { isArrayValue } from "./numpy-array.js";

/** A tensor as its pickle describes it, in elements of `dtype`. Nothing is checked against the storage yet. */
export interface TensorView {
  readonly key: string;
  readonly dtype: DType;
  /** Elements that the pickle says the storage has. */
  readonly storageCount: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Whether the elements are those of the storage with the other sign: torch's lazy negation, as of `x.conj().imag`. */
  readonly negative: boolean;
}

type Args = readonly PickleValue[];
type Rebuild = (args: Args, where: string) => TensorView | PickleValue;

/** The bits that torch knows; a real tensor has no conjugate, so `conj` is never true of one that is read. */
const METADATA: ReadonlySet<PickleValue> = new Set(["neg", "conj"]);
/** torch's own limit on the rank of a tensor. */
const MAX_RANK = 64;
/** Wrappers are a Parameter around a tensor, at most with attributes around that. */
const MAX_WRAPPERS = 4;

/** Calls that are tensors, by {@link callKey}. A wrapper returns the value inside. */
const REBUILD: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ["torch._utils _rebuild_parameter", ([data]) => data ?? null],
  ["torch._utils _rebuild_parameter_with_state", ([data]) => data ?? null],
  ["torch._utils _rebuild_tensor", (args, where) => viewOf(args, {}, where)],
  ["torch._utils _rebuild_tensor_v2", (args, where) => viewOf(args, { metadata: args[6] }, where)],
  ["torch._utils _rebuild_tensor_v3", (args, where) => viewOf(args, { dtype: args[6], metadata: args[7] }, where)],
  ["torch._tensor _rebuild_from_type_v2", rebuildFromType],
  ["torch._tensor _rebuild_from_type", rebuildFromType],
  // Before 0.4 a Parameter pickled itself, with its tensor as its argument.
  ["torch.nn.parameter Parameter", ([data]) => data ?? null],
  ["torch.autograd.variable Variable", ([data]) => data ?? null],
]);

/** Whether a value is a tensor, be it one that cannot be read. */
export function isTensorValue(value: PickleValue | undefined): boolean {
  const key = callKey(value);
  return key !== undefined && (REBUILD.has(key) || isForeignTensor(key) || isArrayValue(value));
}

/** Whether a value is a tensor of a kind that can be read. */
export const isDenseTensor = (value: PickleValue | undefined): boolean =>
  REBUILD.has(callKey(value) ?? "") || isArrayValue(value);

/**
 * The view of a storage that a pickled tensor or parameter describes. `where` names it in messages.
 * @throws weights/tensor, weights/tensor-kind, weights/dtype
 */
export function parseTensor(value: PickleValue, where: string): TensorView {
  let current: PickleValue = value;
  for (let depth = 0; depth < MAX_WRAPPERS; depth++) {
    const key = callKey(current) ?? "";
    const rebuild = REBUILD.get(key);
    if (!rebuild && isForeignTensor(key)) throw tensorRefused(where, key.replace(" ", "."));
    if (!rebuild) throw tensorMalformed(where, `expected a tensor, found ${describe(current)}`);
    const result = rebuild((current as PickleObject).args, where); // only objects have a call key
    if (isView(result)) return result;
    current = result;
  }
  throw tensorMalformed(where, `more than ${MAX_WRAPPERS} wrappers around one tensor`);
}

/** Whether a call makes a tensor of a kind that cannot be read. */
const isForeignTensor = (key: string): boolean =>
  /^torch(\.[\w.]+)? _?rebuild_|^torch\.nn\.parameter Uninitialized/.test(key);

const isView = (result: TensorView | PickleValue): result is TensorView =>
  typeof result === "object" && result !== null && "strides" in result;

/** `_rebuild_from_type_v2(func, type, args, state)`, and the same in its first version: a tensor with Python attributes. */
function rebuildFromType([callable, , args]: Args, where: string): PickleValue {
  const items = sequenceItems(args);
  if (callable === undefined || !items) throw tensorMalformed(where, "a tensor's type has no arguments");
  return { kind: "object", made: "reduce", callable, args: items };
}

/** Arguments that only some versions have. */
interface LateArgs {
  readonly dtype?: PickleValue | undefined;
  readonly metadata?: PickleValue | undefined;
}

function viewOf(
  [storage, offset, sizes, strides]: Args,
  { dtype: asked, metadata }: LateArgs,
  where: string,
): TensorView {
  const shape = dimensions(sizes, "sizes", where);
  const steps = dimensions(strides, "strides", where);
  if (shape.length !== steps.length) throw tensorMalformed(where, `${shape.length} sizes and ${steps.length} strides`);
  const { key, dtype, count, start } = storageOf(storage, asked, where);
  const negative = isNegative(metadata ?? null, where);
  if (negative && dtype === "bool") throw tensorMalformed(where, "truth values have no other sign");
  const first = start + whole(offset, "offset", where);
  return { key, dtype, storageCount: count, offset: first, shape, strides: steps, negative };
}

/**
 * Whether torch's metadata, `{"neg": True}` or `{"conj": True}`, asks for the elements' negation, which torch defers.
 * @throws weights/tensor-kind for other metadata
 */
function isNegative(metadata: PickleValue, where: string): boolean {
  if (metadata === null) return false;
  const entries = isRecord(metadata) && "entries" in metadata ? metadata.entries : undefined;
  const plain = callKey(metadata) === undefined || callKey(metadata) === "collections OrderedDict";
  if (!entries || !plain) throw metadataRefused(where, describe(metadata));
  for (const [bit, value] of entries)
    if (!(value === false || (bit === "neg" && value === true)) || !METADATA.has(bit))
      throw metadataRefused(where, `${typeof bit === "string" ? bit : describe(bit)}: ${describe(value)}`);
  return entries.get("neg") === true;
}

/**
 * `("storage", class, key, location, count, view)`; the count is in bytes where the class is untyped. Up to 0.3 torch had
 * storages that are views of others: `(key of the view, offset, count)`.
 */
function storageOf(storage: PickleValue | undefined, dtypeArg: PickleValue | undefined, where: string) {
  const id = isRecord(storage) && storage.kind === "persistent" ? sequenceItems(storage.id) : undefined;
  const [tag, storageClass, key, , count, view] = id ?? [];
  if (tag !== "storage" || typeof key !== "string")
    throw tensorMalformed(where, `expected a storage, found ${describe(storage)}`);
  const className = globalKey(storageClass) ?? describe(storageClass);
  const size = whole(count, "number of stored elements", where);
  const stored = STORAGE_DTYPES.get(className);
  if (stored && dtypeArg === undefined) return { key, dtype: stored, ...viewed(view ?? null, size, where) };
  if (!stored && !UNTYPED_STORAGES.has(className)) throw dtypeRefused(where, className.replace(" ", "."));
  const asked = globalKey(dtypeArg);
  const dtype = asked === undefined ? "u8" : TORCH_DTYPES.get(asked);
  if (!dtype) throw dtypeRefused(where, (asked ?? "").replace(" ", "."));
  return { key, dtype, count: Math.floor((size * byteSize(stored ?? "u8")) / byteSize(dtype)), start: 0 };
}

/** The part of a storage that a view of it shows. */
function viewed(view: PickleValue, size: number, where: string): { readonly start: number; readonly count: number } {
  if (view === null) return { start: 0, count: size };
  const [, offset, count] = sequenceItems(view) ?? [];
  const start = whole(offset, "view's offset", where);
  const end = start + whole(count, "view's number of elements", where);
  if (end > size) throw tensorMalformed(where, `a view of elements ${start} to ${end}, its storage has ${size}`);
  return { start, count: end };
}

function dimensions(value: PickleValue | undefined, what: string, where: string): number[] {
  const items = sequenceItems(value);
  if (!items) throw tensorMalformed(where, `its ${what} are ${describe(value)}`);
  if (items.length > MAX_RANK) throw tensorMalformed(where, `${items.length} ${what}, torch has at most ${MAX_RANK}`);
  return items.map((item) => whole(item, what, where));
}

function whole(value: PickleValue | undefined, what: string, where: string): number {
  if (typeof value === "number" && value >= 0) return value;
  throw tensorMalformed(where, `its ${what} cannot be ${describe(value)}`);
}
