import type { LazyTensor } from "@yolo-compile/core";
import { decodeUtf8, latin1 } from "../bytes.js";
import { safetensorsDuplicate, safetensorsHeader, shardMissing, shardUnlisted } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { duplicateKey } from "./duplicate-key.js";
import { openSafetensors } from "./safetensors.js";

/** An index of 100,000 weights has some 10 MB. */
const MAX_INDEX_BYTES = 32 << 20;
const MAX_SHARDS = 10_000;

/** `model.safetensors.index.json`: which weight is in which of several safetensors files beside it. */
export const shardedSafetensors: Format = {
  name: "safetensors-index",
  matches({ head, source }) {
    if (!/^\s*\{/.test(latin1(head)) || source.size > MAX_INDEX_BYTES) return false;
    return /"weight_map"\s*:/.test(latin1(source.read(0, source.size)));
  },
  open({ source }, context): OpenedFile {
    const shards = readIndex(source.name, source.read(0, source.size));
    const tensors = new Map<string, LazyTensor>();
    const found = new Map<string, ReadonlyMap<string, LazyTensor>>();
    for (const [name, shard] of shards) {
      if (!found.has(shard)) found.set(shard, openSafetensors(context.sibling(shard)).tensors);
      const tensor = found.get(shard)?.get(name);
      if (!tensor) throw shardMissing(source.name, name, shard);
      tensors.set(name, tensor);
    }
    for (const [shard, inside] of found)
      for (const name of inside.keys()) if (shards.get(name) !== shard) throw shardUnlisted(source.name, name, shard);
    return { tensors, notes: [] };
  },
};

/** The shard of each weight, by name. */
function readIndex(file: string, bytes: Uint8Array): ReadonlyMap<string, string> {
  const text = decodeUtf8(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "");
  } catch {
    throw safetensorsHeader(file, "the index is not JSON");
  }
  const twice = duplicateKey(text ?? "");
  if (twice !== undefined) throw safetensorsDuplicate(file, twice);
  const fields = new Map(Object.entries(parsed ?? {}));
  const weights = fields.get("weight_map");
  if (typeof weights !== "object" || weights === null || Array.isArray(weights))
    throw safetensorsHeader(file, "the index has no weight_map");
  const shards = new Map<string, string>();
  for (const [name, shard] of Object.entries(weights as Record<string, unknown>)) {
    if (typeof shard !== "string") throw safetensorsHeader(file, `the index has no file name for ${name}`);
    shards.set(name, shard);
  }
  if (shards.size === 0) throw safetensorsHeader(file, "the index lists no weights");
  const count = new Set(shards.values()).size;
  if (count > MAX_SHARDS) throw safetensorsHeader(file, `the index names ${count} files, the limit is ${MAX_SHARDS}`);
  return shards;
}
