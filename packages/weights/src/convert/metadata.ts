import { decodeUtf8, encodeUtf8 } from "../bytes.js";
import type { Checkpoint, LayerRecord, ModelRecord } from "../checkpoint.js";
import { metadataMalformed } from "../diagnostics.js";
import { fromTagged, toTagged } from "./plain-json.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Field = keyof ModelRecord;

/** The conversion of one field of a record to JSON and back. `read` gives `undefined` for values that `write` never makes. */
interface FieldText<K extends Field> {
  write(value: NonNullable<ModelRecord[K]>): unknown;
  read(json: unknown): ModelRecord[K] | undefined;
}

/** Starts every key of ours: a safetensors file may carry those of other programs. */
const PREFIX = "yolo-compile.";
/** Marks weights that came from a format without shapes. */
const FLAT = `${PREFIX}flat`;
/** Marks weights that came from a graph, with its constants. */
const OF_GRAPH = `${PREFIX}of-graph`;
/** The array of an .npz that holds its metadata as JSON in UTF-8. */
export const METADATA_ENTRY = "__metadata__";

const text = {
  write: (value: string) => value,
  read: (json: unknown) => (typeof json === "string" ? json : undefined),
};
const isNumber = (value: unknown): value is number => typeof value === "number";
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const FIELDS: { readonly [K in Field]: FieldText<K> } = {
  name: text,
  className: text,
  yaml: { write: toTagged, read: (json) => fromTagged(json) },
  yamlFile: text,
  names: { write: (names) => [...names], read: (json) => pairsFrom(json, isNumber, isText) },
  stride: { write: (stride) => stride, read: (json) => (isNumbers(json) ? json : undefined) },
  layers: { write: (layers) => layers, read: layersFrom },
  batchNormEps: { write: (eps) => [...eps], read: (json) => pairsFrom(json, isText, isNumber) },
  identities: { write: (paths) => paths, read: (json) => (isTexts(json) ? json : undefined) },
  entry: text,
  date: text,
  epoch: { write: (epoch) => epoch, read: (json) => (isNumber(json) ? json : undefined) },
};

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function pairsFrom<K, V>(
  json: unknown,
  isKey: (value: unknown) => value is K,
  isValue: (value: unknown) => value is V,
): ReadonlyMap<K, V> | undefined {
  if (!Array.isArray(json)) return undefined;
  const map = new Map<K, V>();
  for (const pair of json) {
    const [key, value, ...others] = Array.isArray(pair) ? pair : [];
    if (!isKey(key) || !isValue(value) || others.length > 0 || map.has(key)) return undefined;
    map.set(key, value);
  }
  return map;
}

function layersFrom(json: unknown): readonly LayerRecord[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const layers = json.map(layerFrom);
  return layers.every((layer) => layer !== undefined) ? layers : undefined;
}

function layerFrom(json: unknown): LayerRecord | undefined {
  if (!isObject(json)) return undefined;
  const { index, from, type, backbone, ...others } = json;
  if (Object.keys(others).length > 0) return undefined;
  const layer: Writable<LayerRecord> = {};
  if (isNumber(index)) layer.index = index;
  if (isNumber(from) || isNumbers(from)) layer.from = from;
  if (isText(type)) layer.type = type;
  if (typeof backbone === "boolean") layer.backbone = backbone;
  return layer;
}

/** Facts about a converted file that its checkpoint does not hold. */
export interface SourceFacts {
  /** SHA-256 of the converted file, in hexadecimal. */
  readonly sha256?: string;
  /** Facts by name that the family derives from the weights. */
  readonly facts?: ReadonlyMap<string, string>;
}

/**
 * The metadata of a converted checkpoint: its own metadata, its model record, the facts that its family derives from the
 * weights, which stay the truth, and the hash of its source.
 */
export function metadataOf(
  checkpoint: Checkpoint,
  { sha256, facts = new Map() }: SourceFacts = {},
): ReadonlyMap<string, string> {
  const metadata = new Map([["format", "pt"], ...(checkpoint.metadata ?? [])]);
  for (const field of Object.keys(FIELDS) as Field[]) {
    const value = fieldText(field, checkpoint.model ?? {});
    if (value !== undefined) metadata.set(PREFIX + field, value);
  }
  if (checkpoint.flat) metadata.set(FLAT, "true");
  if (checkpoint.ofGraph) metadata.set(OF_GRAPH, "true");
  for (const [name, value] of facts) metadata.set(PREFIX + name, value);
  if (sha256 !== undefined) metadata.set(`${PREFIX}source-sha256`, sha256);
  return new Map([...metadata].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fieldText<K extends Field>(field: K, record: ModelRecord): string | undefined {
  const value = record[field];
  return value === undefined ? undefined : JSON.stringify(FIELDS[field].write(value as NonNullable<ModelRecord[K]>)); // not undefined
}

/** The parts of a checkpoint that {@link metadataOf} wrote into a file's metadata. @throws weights/metadata */
export function fromMetadata(
  file: string,
  metadata: ReadonlyMap<string, string>,
): Pick<Checkpoint, "metadata" | "model" | "flat" | "ofGraph"> {
  const model: Writable<ModelRecord> = {};
  for (const field of Object.keys(FIELDS) as Field[]) {
    const value = metadata.get(PREFIX + field);
    if (value !== undefined) readField(file, field, value, model);
  }
  const flat = metadata.get(FLAT) === "true";
  const ofGraph = metadata.get(OF_GRAPH) === "true";
  return {
    metadata,
    ...(Object.keys(model).length > 0 && { model }),
    ...(flat && { flat }),
    ...(ofGraph && { ofGraph }),
  };
}

function readField<K extends Field>(file: string, field: K, value: string, record: Writable<ModelRecord>): void {
  const read = FIELDS[field].read(parseJson(file, PREFIX + field, value));
  if (read === undefined) throw metadataMalformed(file, PREFIX + field, "is not what this program writes there");
  record[field] = read;
}

function parseJson(file: string, key: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw metadataMalformed(file, key, "is not JSON");
  }
}

/** Metadata as the bytes of {@link METADATA_ENTRY}. */
export const metadataJson = (metadata: ReadonlyMap<string, string>): Uint8Array =>
  encodeUtf8(JSON.stringify([...metadata]));

/** @throws weights/metadata */
export function parseMetadataJson(file: string, bytes: Uint8Array): ReadonlyMap<string, string> {
  const read = pairsFrom(parseJson(file, METADATA_ENTRY, decodeUtf8(bytes) ?? ""), isText, isText);
  if (!read) throw metadataMalformed(file, METADATA_ENTRY, "is no list of pairs of texts");
  return read;
}
