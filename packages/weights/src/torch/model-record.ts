import { type Diagnostic, elementCount, formatType, isCompileError, toNumbers } from "@yolo-compile/core";
import type { LayerRecord, ModelRecord } from "../checkpoint.js";
import { attributeNotUsable } from "../diagnostics.js";
import type { WalkBudget } from "../pickle/budget.js";
import { dictEntries, numberOf, sequenceItems, textOf } from "../pickle/interpret.js";
import { describe, type PickleValue } from "../pickle/value.js";
import { childrenOf, intsOf, moduleOf, type PickledModule, type PlacedModule, submodule } from "./module.js";
import { toPlainData } from "./plain-data.js";
import { isDenseTensor } from "./rebuild.js";
import { lazyTensor, type StorageFiles } from "./tensor.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The most strides that are taken, since they are read at once; more are damage. */
const MAX_STRIDES = 64;

const IDENTITY = "torch.nn.modules.linear.Identity";

/** The arguments of {@link modelRecord}. */
export interface RecordSource {
  readonly module: PickledModule;
  readonly modules: readonly PlacedModule[];
  readonly files: StorageFiles;
  readonly budget: WalkBudget;
  readonly notes: Diagnostic[];
}

/**
 * The attributes of a pickled network. Those of another kind than expected are left out and noted.
 * @throws weights/limit, weights/module
 */
export function modelRecord(source: RecordSource): ModelRecord {
  const { module, budget, notes } = source;
  const record: Writable<ModelRecord> = { className: module.className };
  const yaml = module.attribute("yaml");
  if (yaml !== undefined && yaml !== null) {
    const { data, objects } = toPlainData(yaml, budget);
    record.yaml = data;
    if (objects.length > 0) notes.push(attributeNotUsable("yaml", `in part ${objects[0]}`));
  }
  const yamlFile = textOf(module.attribute("yaml_file"));
  if (yamlFile !== undefined) record.yamlFile = yamlFile;
  const names = namesOf(module.attribute("names"), source);
  if (names) record.names = names;
  const stride = strideOf(module.attribute("stride"), source);
  if (stride) record.stride = stride;
  const layers = layersOf(module, budget);
  if (layers) record.layers = layers;
  record.batchNormEps = batchNormEps(source);
  const identities = source.modules.filter(({ module: { className } }) => className === IDENTITY);
  if (identities.length > 0) record.identities = identities.map(({ path }) => path);
  return record;
}

function namesOf(
  value: PickleValue | undefined,
  { budget, notes }: RecordSource,
): ReadonlyMap<number, string> | undefined {
  if (value === undefined || value === null) return undefined;
  const pairs = [...(sequenceItems(value)?.entries() ?? dictEntries(value, budget) ?? [])];
  budget.spend(pairs.length);
  const names = new Map<number, string>();
  for (const [key, item] of pairs) {
    // A yaml may name its classes by numbers.
    const name = textOf(item) ?? numberOf(item)?.toString();
    if (typeof key === "number" && name !== undefined) names.set(key, name);
  }
  if (names.size === pairs.length && names.size > 0) return names;
  notes.push(attributeNotUsable("names", describe(value)));
  return undefined;
}

function strideOf(value: PickleValue | undefined, { files, notes }: RecordSource): readonly number[] | undefined {
  if (value === undefined || value === null) return undefined;
  const { numbers, found } = isDenseTensor(value)
    ? tensorNumbers(value, files)
    : { numbers: [numbersOf(value)].flat(), found: describe(value) };
  if (numbers?.every((item) => item !== undefined)) return numbers;
  notes.push(attributeNotUsable("stride", found));
  return undefined;
}

function numbersOf(value: PickleValue): number | undefined | readonly (number | undefined)[] {
  const items = sequenceItems(value);
  return items && items.length <= MAX_STRIDES ? items.map(numberOf) : numberOf(value);
}

function tensorNumbers(value: PickleValue, files: StorageFiles): { numbers?: readonly number[]; found: string } {
  try {
    const tensor = lazyTensor(value, "stride", files);
    const found = formatType(tensor);
    return elementCount(tensor.shape) <= MAX_STRIDES ? { numbers: toNumbers(tensor.read()), found } : { found };
  } catch (error) {
    if (!isCompileError(error)) throw error;
    return { found: `not readable (${error.message})` };
  }
}

/** The rows of the Sequential `model`, where they remember their index. */
function layersOf(module: PickledModule, budget: WalkBudget): readonly LayerRecord[] | undefined {
  const rows = submodule(module, "model", budget);
  if (!rows) return undefined;
  const layers = childrenOf({ path: "model", module: rows }, budget).map(({ value }) => {
    const row = moduleOf(value, budget);
    return row ? layerOf(row, budget) : {};
  });
  return layers.some(({ index }) => index !== undefined) ? layers : undefined;
}

function layerOf(row: PickledModule, budget: WalkBudget): LayerRecord {
  const layer: Writable<LayerRecord> = {};
  const index = row.attribute("i");
  const from = intsOf(row.attribute("f"), budget);
  const type = row.attribute("type");
  const backbone = row.attribute("backbone");
  if (typeof index === "number") layer.index = index;
  if (from !== undefined) layer.from = from;
  if (typeof type === "string") layer.type = type;
  if (typeof backbone === "boolean") layer.backbone = backbone;
  return layer;
}

function batchNormEps({ modules, budget }: RecordSource): ReadonlyMap<string, number> {
  const eps = new Map<string, number>();
  for (const { path, module } of modules) {
    const className = module.className.slice(module.className.lastIndexOf(".") + 1);
    const value = numberOf(module.attribute("eps"));
    const mean = dictEntries(module.attribute("_buffers"), budget)?.get("running_mean");
    if (value !== undefined && (className.startsWith("BatchNorm") || isDenseTensor(mean))) eps.set(path, value);
  }
  return eps;
}
