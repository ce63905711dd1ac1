import { bytesSource, isCompileError } from "@yolo-compile/core";
import { legacyMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { sequenceItems } from "../pickle/interpret.js";
import type { PersistentLoad } from "../pickle/machine.js";
import { unpickle } from "../pickle/unpickle.js";
import { describe, type PickleValue } from "../pickle/value.js";
import { placedStorages, readStoragePlace, type StoragePlace } from "./storage-places.js";
import { torchWeights } from "./weights.js";

/** torch's mark at the beginning of a file, as a pickled int. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
/** PROTO, or the LONG of protocols 0 and 1. */
const STARTS: readonly number[] = [0x80, 0x4c];

/**
 * torch.save before 1.6, and still on request: five pickles (mark, version, system, the object, the keys of its storages),
 * then the storages.
 */
export const torchLegacy: Format = {
  name: "torch-legacy",
  matches({ head }) {
    if (!STARTS.includes(head[0] ?? 0)) return false;
    try {
      return unpickle("the mark", bytesSource("the mark", head)).value === MAGIC;
    } catch (error) {
      if (isCompileError(error)) return false;
      throw error;
    }
  },
  open({ source }, { options, pickles }): OpenedFile {
    let at = 0;
    const next = (persistentLoad?: PersistentLoad): PickleValue => {
      const { value, endBytes } = pickles.read(source.name, source, at, persistentLoad);
      at = endBytes;
      return value;
    };
    next(); // the mark
    const version = next();
    if (version !== PROTOCOL_VERSION)
      throw legacyMalformed(source.name, `its version is ${describe(version)}, expected ${PROTOCOL_VERSION}`);
    next(); // protocol_version, little_endian and type_sizes of the machine, which torch itself ignores
    const { storageClasses, persistentLoad } = legacyReferences(source.name);
    const root = next(persistentLoad);
    const keys = sequenceItems(next());
    if (!keys) throw legacyMalformed(source.name, "the keys of its storages are no list");
    const places = new Map<string, StoragePlace>();
    for (const key of keys) {
      if (typeof key !== "string" || places.has(key))
        throw legacyMalformed(source.name, `the key of a storage is ${describe(key)}, or there twice`);
      const place = readStoragePlace(source, at, key, storageClasses.get(key));
      places.set(key, place);
      at = place.startBytes + place.sizeBytes;
    }
    return torchWeights(source.name, root, placedStorages(source, places), options.entry);
  },
};

/** `("module", class, file, source text)` is a class; of `("storage", class, key, …)` the class gives the element size. */
function legacyReferences(file: string) {
  const storageClasses = new Map<string, PickleValue>();
  const persistentLoad: PersistentLoad = (id) => {
    if (typeof id === "string")
      throw legacyMalformed(
        file,
        "a storage is named by a line of text, as protocol 0 does it: torch cannot read that back",
      );
    const [tag, named, key] = sequenceItems(id) ?? [];
    if (tag === "module" && named !== undefined) return named;
    if (tag === "storage" && named !== undefined && typeof key === "string" && !storageClasses.has(key))
      storageClasses.set(key, named);
    return { kind: "persistent", id };
  };
  return { storageClasses, persistentLoad };
}
