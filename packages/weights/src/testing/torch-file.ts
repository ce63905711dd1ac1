import { rowStrides } from "@yolo-compile/core";
import {
  bool,
  build,
  bytes,
  type Code,
  dict,
  global,
  int,
  newObject,
  none,
  orderedDict,
  persistent,
  pickle,
  reduce,
  set,
  text,
  tuple,
} from "./pickle-writer.js";
import { type NewEntry, zipOf } from "./zip-writer.js";

/** A tensor to pickle. The defaults are a contiguous f32 view of a whole storage. */
export interface NewTensor {
  readonly shape: readonly number[];
  readonly key?: string;
  readonly storage?: string;
  readonly offset?: number;
  readonly strides?: readonly number[];
  readonly storageCount?: number;
}

/** `_rebuild_tensor_v2` over a storage. */
export const tensor = ({ shape, key = "0", storage = "FloatStorage", ...rest }: NewTensor): Code =>
  reduce(
    global("torch._utils", "_rebuild_tensor_v2"),
    storageRef(storage, key, rest.storageCount ?? shape.reduce((count, size) => count * size, 1)),
    int(rest.offset ?? 0),
    tuple(...shape.map(int)),
    tuple(...(rest.strides ?? rowStrides(shape)).map(int)),
    bool(false),
    orderedDict(),
  );

/** The persistent id of a storage. */
export const storageRef = (storage: string, key: string, count: number): Code =>
  persistent(tuple(text("storage"), global("torch", storage), text(key), text("cpu"), int(count)));

export const parameter = (data: Code): Code =>
  reduce(global("torch._utils", "_rebuild_parameter"), data, bool(true), orderedDict());

/** A pickled numpy.dtype. */
export const numpyDType = (code: string, order = "<"): Code =>
  build(
    reduce(global("numpy", "dtype"), text(code), bool(false), bool(true)),
    tuple(int(3), text(order), none, none, none, int(-1), int(-1), int(0)),
  );

/** A pickled numpy.ndarray in row-major order. */
export const numpyArray = (shape: readonly number[], code: string, raw: readonly number[]): Code =>
  build(
    reduce(global("numpy.core.multiarray", "_reconstruct"), global("numpy", "ndarray"), tuple(int(0)), bytes([98])),
    tuple(int(1), tuple(...shape.map(int)), numpyDType(code), bool(false), bytes(raw)),
  );

type Entries = Readonly<Record<string, Code>>;

/** A module to pickle. */
export interface NewModule {
  readonly className?: string;
  readonly parameters?: Entries;
  readonly buffers?: Entries;
  readonly transient?: readonly string[];
  readonly modules?: Entries;
  readonly attributes?: Entries;
  /** The state as `(__dict__, None)`. */
  readonly slots?: boolean;
}

export function nnModule(module: NewModule): Code {
  const [, path = "", name = ""] = /^(.*)\.(.*)$/.exec(module.className ?? "torch.nn.modules.module.Module") ?? [];
  const state = dict(
    ["training", bool(false)],
    ["_parameters", orderedDict(...Object.entries(module.parameters ?? {}))],
    ["_buffers", orderedDict(...Object.entries(module.buffers ?? {}))],
    ["_non_persistent_buffers_set", set(...(module.transient ?? []).map(text))],
    ["_modules", orderedDict(...Object.entries(module.modules ?? {}))],
    ...Object.entries(module.attributes ?? {}),
  );
  return build(newObject(global(path, name)), module.slots ? tuple(state, none) : state);
}

export interface NewTorchFile {
  readonly root: Code | Uint8Array;
  readonly storages?: Readonly<Record<string, ArrayBufferView>>;
  readonly prefix?: string;
  readonly byteOrder?: string;
  readonly deflate?: boolean;
  readonly extra?: readonly NewEntry[];
  readonly protocol?: number;
  /** CRCs of 0, as torch writes them when told to leave them out: a changed byte then reaches the readers inside. */
  readonly noCrc?: boolean;
}

/** A file as torch.save writes it. */
export function torchFile({ root, prefix = "archive/", deflate = false, ...file }: NewTorchFile): Uint8Array {
  const utf8 = new TextEncoder();
  const data = root instanceof Uint8Array ? root : pickle(root, file.protocol ?? 2);
  const entries: NewEntry[] = [{ name: `${prefix}data.pkl`, bytes: data, padding: 18, deflate }];
  if (file.byteOrder !== undefined) entries.push({ name: `${prefix}byteorder`, bytes: utf8.encode(file.byteOrder) });
  for (const [key, { buffer, byteOffset, byteLength }] of Object.entries(file.storages ?? {}))
    entries.push({
      name: `${prefix}data/${key}`,
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
      padding: 13,
      deflate,
    });
  entries.push(...(file.extra ?? []), { name: `${prefix}version`, bytes: utf8.encode("3\n") });
  return zipOf(file.noCrc ? entries.map((entry) => ({ ...entry, crc32: 0 })) : entries, { zip64: true });
}
