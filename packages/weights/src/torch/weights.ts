import type { Diagnostic, LazyTensor } from "@yolo-compile/core";
import type { Checkpoint, ModelRecord } from "../checkpoint.js";
import { duplicateWeight, entriesIgnored, entryTaken, prefixRemoved, staleCaches } from "../diagnostics.js";
import { WalkBudget } from "../pickle/budget.js";
import { dictEntries, numberOf } from "../pickle/interpret.js";
import { callKey, type PickleValue } from "../pickle/value.js";
import { modelRecord } from "./model-record.js";
import { type PickledModule, type PlacedModule, unwrapModule, walkModules, weightsOf } from "./module.js";
import { wrapperPrefix } from "./prefix.js";
import { isTensorValue } from "./rebuild.js";
import { findRoot } from "./root.js";
import { lazyTensor, type StorageFiles } from "./tensor.js";

/** The part of a checkpoint that a torch pickle gives, in whatever archive it came. */
export type TorchWeights = Pick<Checkpoint, "tensors" | "model" | "notes">;

interface Found {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly record: ModelRecord;
}

/**
 * The weights that a pickle's root describes, over the storages beside it. `entry` asks for one key of a top-level dict.
 * @throws weights/*
 */
export function torchWeights(file: string, value: PickleValue, files: StorageFiles, entry?: string): TorchWeights {
  const budget = new WalkBudget();
  const notes: Diagnostic[] = [];
  const root = findRoot(file, value, entry, budget);
  if (root.entry !== undefined && root.others.length > 0) notes.push(entryTaken(root.entry, root.others));
  const { tensors, record } =
    root.kind === "module"
      ? fromModule(root.module, files, budget, notes)
      : { tensors: fromStateDict(root.entries, files, budget, notes), record: {} };
  const model: ModelRecord = {
    ...record,
    ...(root.entry === undefined ? {} : { entry: root.entry }),
    ...trainingRecord(value, budget),
  };
  return { tensors, notes, ...(Object.keys(model).length > 0 ? { model } : {}) };
}

function fromModule(wrapped: PickledModule, files: StorageFiles, budget: WalkBudget, notes: Diagnostic[]): Found {
  const { module, prefix } = unwrapModule(wrapped, budget);
  const modules = [...walkModules(module, budget)];
  const tensors = new Map<string, LazyTensor>();
  for (const place of modules)
    for (const { name, value } of weightsOf(place, budget))
      addWeight(tensors, name, lazyTensor(value, name, files), budget);
  if (prefix !== "") notes.push(prefixRemoved(prefix, tensors.size));
  const caches = cachePaths(modules);
  if (caches.length > 0) notes.push(staleCaches(caches.length, caches));
  return { tensors, record: modelRecord({ module, modules, files, budget, notes }) };
}

/** EfficientViT's attention keeps `attention_biases[:, idxs]` in the plain attribute `ab`, which no loading refreshes. */
const cachePaths = (modules: readonly PlacedModule[]): string[] =>
  modules
    .filter(({ module }) => isTensorValue(module.attribute("ab")))
    .map(({ path }) => (path === "" ? "ab" : `${path}.ab`));

function fromStateDict(
  entries: ReadonlyMap<PickleValue, PickleValue>,
  files: StorageFiles,
  budget: WalkBudget,
  notes: Diagnostic[],
): ReadonlyMap<string, LazyTensor> {
  const named = [...entries].map(([key, value]) => [String(key), value] as const); // findRoot saw that keys are strings
  const prefix = wrapperPrefix(named.map(([name]) => name));
  const ignored = named.filter(([, value]) => !isTensorValue(value)).map(([name]) => name);
  const tensors = new Map<string, LazyTensor>();
  for (const [name, value] of named)
    if (isTensorValue(value))
      addWeight(tensors, budget.checkName(name).slice(prefix.length), lazyTensor(value, name, files), budget);
  if (prefix !== "") notes.push(prefixRemoved(prefix, tensors.size));
  if (ignored.length > 0) notes.push(entriesIgnored(ignored));
  return tensors;
}

function addWeight(tensors: Map<string, LazyTensor>, name: string, tensor: LazyTensor, budget: WalkBudget): void {
  if (tensors.has(name)) throw duplicateWeight(name);
  budget.spend();
  budget.checkWeights(tensors.size);
  tensors.set(name, tensor);
}

/** The date and epoch of the training in the top-level dict. */
function trainingRecord(value: PickleValue, budget: WalkBudget): Pick<ModelRecord, "date" | "epoch"> {
  const entries = callKey(value) === undefined ? dictEntries(value, budget) : undefined;
  const date = entries?.get("date");
  const epoch = numberOf(entries?.get("epoch"));
  return { ...(typeof date === "string" ? { date } : {}), ...(epoch === undefined ? {} : { epoch }) };
}
