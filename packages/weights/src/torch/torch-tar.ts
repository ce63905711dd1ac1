import type { ByteSource } from "@yolo-compile/core";
import { viewOf } from "../bytes.js";
import { legacyMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { sequenceItems } from "../pickle/interpret.js";
import type { PersistentLoad } from "../pickle/machine.js";
import type { PickleReader } from "../pickle/reader.js";
import { describe, type PickleGlobal, type PickleValue } from "../pickle/value.js";
import { sliceSource } from "../slice-source.js";
import { isTarHeader, readTar } from "../tar/archive.js";
import { storageElementBytes } from "./dtypes.js";
import { placedStorages, readStoragePlace, type StoragePlace } from "./storage-places.js";
import { torchWeights } from "./weights.js";

const PARTS = ["storages", "tensors", "pickle"] as const;
/** torch's own limit on the rank of a tensor. */
const MAX_RANK = 64;

/** torch.save before 0.1.10: a tar of storages, of tensors over them, and of a pickle that refers to both. */
export const torchTar: Format = {
  name: "torch-tar",
  matches({ head, source }) {
    if (!isTarHeader(head)) return false;
    const entries = readTar(source);
    return PARTS.every((part) => entries.has(part));
  },
  open({ source }, { options, pickles }): OpenedFile {
    const entries = readTar(source);
    const part = (name: (typeof PARTS)[number]): ByteSource => {
      const { startBytes, sizeBytes } = entries.get(name)!; // matches() saw that it is there
      return sliceSource(source, `${source.name}:${name}`, startBytes, sizeBytes);
    };
    const storages = part("storages");
    const { places, references } = readStorages(storages, pickles);
    readTensors(part("tensors"), pickles, references);
    const pickle = part("pickle");
    const { value } = pickles.read(pickle.name, pickle, 0, lookUp(pickle.name, references));
    return torchWeights(source.name, value, placedStorages(storages, places), options.entry);
  },
};

/** The object behind each id, as a record that today's torch would pickle, so that nothing else has to know of this format. */
type References = Map<string, PickleValue>;

/** The id of a class whose source was kept is a tuple with the class; any other id is the address the object once had. */
const lookUp =
  (file: string, references: References): PersistentLoad =>
  (id) => {
    const named = sequenceItems(id)?.[0];
    const value = named ?? (typeof id === "string" ? references.get(id) : undefined);
    if (value === undefined) throw legacyMalformed(file, `nothing is known under ${describe(id)}`);
    return value;
  };

interface Stream {
  pickle(): PickleValue;
  bytes(length: number): DataView;
  atBytes: number;
}

function streamOf(source: ByteSource, pickles: PickleReader): Stream {
  const stream: Stream = {
    atBytes: 0,
    pickle() {
      const { value, endBytes } = pickles.read(source.name, source, stream.atBytes);
      stream.atBytes = endBytes;
      return value;
    },
    bytes(length) {
      if (stream.atBytes + length > source.size)
        throw legacyMalformed(source.name, `it ends at byte ${source.size}, within a tensor`);
      stream.atBytes += length;
      return viewOf(source.read(stream.atBytes - length, length));
    },
  };
  return stream;
}

function tupleOf(file: string, value: PickleValue, length: number): readonly PickleValue[] {
  const items = sequenceItems(value);
  if (items?.length !== length) throw legacyMalformed(file, `expected ${length} values, found ${describe(value)}`);
  return items;
}

/** Addresses are the keys. They are ints, and past 2^53 on no machine. */
function keyOf(file: string, value: PickleValue | undefined): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw legacyMalformed(file, `the address of a storage or tensor is ${describe(value)}`);
}

function countOf(file: string, value: PickleValue): number {
  if (typeof value === "number" && value >= 0) return value;
  throw legacyMalformed(file, `the number of its entries is ${describe(value)}`);
}

function readStorages(source: ByteSource, pickles: PickleReader) {
  const stream = streamOf(source, pickles);
  const places = new Map<string, StoragePlace>();
  const references: References = new Map();
  const ids = new Map<string, readonly PickleValue[]>();
  for (let left = countOf(source.name, stream.pickle()); left > 0; left--) {
    const [address, , storageClass = null] = tupleOf(source.name, stream.pickle(), 3);
    const key = keyOf(source.name, address);
    const place = readStoragePlace(source, stream.atBytes, key, storageClass);
    stream.atBytes = place.startBytes + place.sizeBytes;
    places.set(key, place);
    const count = place.sizeBytes / storageElementBytes((storageClass as PickleGlobal).key)!; // readStoragePlace knew the class
    ids.set(key, ["storage", storageClass, key, "cpu", count]);
  }
  for (const view of sequenceItems(stream.pickle()) ?? []) {
    const [target, root, offset = null, count = null] = tupleOf(source.name, view, 4);
    const id = ids.get(keyOf(source.name, root));
    if (!id) throw legacyMalformed(source.name, `a view is of ${describe(root)}, which is no storage`);
    const key = keyOf(source.name, target);
    ids.set(key, [...id.slice(0, 5), { kind: "tuple", items: [key, offset, count] }]);
  }
  for (const [key, items] of ids) references.set(key, { kind: "persistent", id: { kind: "tuple", items } });
  return { places, references };
}

const REBUILD: PickleGlobal = {
  kind: "global",
  module: "torch._utils",
  name: "_rebuild_tensor_v2",
  key: "torch._utils _rebuild_tensor_v2",
};

function readTensors(source: ByteSource, pickles: PickleReader, references: References): void {
  const stream = streamOf(source, pickles);
  for (let left = countOf(source.name, stream.pickle()); left > 0; left--) {
    const [address, storageAddress] = tupleOf(source.name, stream.pickle(), 3);
    // The rank was once written as eight bytes.
    const rank = stream.bytes(8).getInt32(0, true);
    if (!(rank >= 0 && rank <= MAX_RANK)) throw legacyMalformed(source.name, `a tensor of ${rank} dimensions`);
    const sizes = int64s(stream.bytes(8 * rank));
    const strides = int64s(stream.bytes(8 * rank));
    const [offset = 0] = int64s(stream.bytes(8));
    const storage = references.get(keyOf(source.name, storageAddress));
    if (!storage)
      throw legacyMalformed(source.name, `a tensor is over ${describe(storageAddress)}, which is no storage`);
    const args: PickleValue[] = [storage, offset, { kind: "tuple", items: sizes }, { kind: "tuple", items: strides }];
    references.set(keyOf(source.name, address), { kind: "object", made: "reduce", callable: REBUILD, args });
  }
}

const int64s = (view: DataView): number[] =>
  Array.from({ length: view.byteLength / 8 }, (_, index) => Number(view.getBigInt64(8 * index, true)));
