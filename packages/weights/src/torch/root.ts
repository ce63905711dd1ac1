import { entryNotUsable, rootNotUnderstood } from "../diagnostics.js";
import type { WalkBudget } from "../pickle/budget.js";
import { dictEntries } from "../pickle/interpret.js";
import { describe, isRecord, type PickleValue } from "../pickle/value.js";
import { moduleOf, type PickledModule, stateOf } from "./module.js";
import { isTensorValue } from "./rebuild.js";

/** The weights of a torch file, as their place in its pickle. */
export type Root = (
  | { readonly kind: "module"; readonly module: PickledModule }
  | { readonly kind: "state-dict"; readonly entries: ReadonlyMap<PickleValue, PickleValue> }
) & {
  /** Key of the top-level dict that was taken, where there is one. */
  readonly entry?: string;
  /** Other entries that hold weights too. */
  readonly others: readonly string[];
};

/** Keys in order of preference: YOLOv5 and ultralytics evaluate the EMA where a file has one. */
const ENTRIES: readonly string[] = ["ema", "model", "state_dict", "model_state_dict"];
const LISTED_KEYS = 20;

type Weights = { readonly kind: "module"; readonly module: PickledModule } | StateDict;
type StateDict = { readonly kind: "state-dict"; readonly entries: ReadonlyMap<PickleValue, PickleValue> };

/**
 * Finds the weights: a module, a state_dict, or a dict that holds one of them. `entry` asks for one key of that dict.
 * @throws weights/root, weights/entry
 */
export function findRoot(file: string, value: PickleValue, entry: string | undefined, budget: WalkBudget): Root {
  const entries = dictEntries(value, budget);
  if (entry !== undefined) return askedRoot(file, value, entries ?? new Map(), entry, budget);
  for (const key of ENTRIES) {
    const weights = weightsIn(entries?.get(key), budget);
    if (!weights) continue;
    const others = ENTRIES.filter((other) => other !== key && weightsIn(entries?.get(other), budget));
    return { ...weights, entry: key, others };
  }
  const weights = weightsIn(value, budget);
  if (weights) return { ...weights, others: [] };
  throw rootNotUnderstood(file, describe(value), listEntries(entries));
}

function askedRoot(
  file: string,
  value: PickleValue,
  entries: ReadonlyMap<PickleValue, PickleValue>,
  entry: string,
  budget: WalkBudget,
): Root {
  const weights = weightsIn(entries.get(entry), budget);
  if (weights) return { ...weights, entry, others: [] };
  const keys = [...entries.keys()].slice(0, LISTED_KEYS).map((key) => (typeof key === "string" ? key : describe(key)));
  throw entryNotUsable(file, entry, describe(entries.get(entry)), entries.size > 0 ? keys : [describe(value)]);
}

/** A module, the module inside of a ModelEMA, or a state_dict. */
function weightsIn(value: PickleValue | undefined, budget: WalkBudget): Weights | undefined {
  if (!isRecord(value)) return undefined;
  const inner = stateOf(value, budget)?.[0]?.get("ema");
  const module = moduleOf(value, budget) ?? moduleOf(inner, budget);
  if (module) return { kind: "module", module };
  const entries = dictEntries(value, budget);
  return entries && isStateDict(entries, budget) ? { kind: "state-dict", entries } : undefined;
}

/** Names to tensors. `_extra_state` is what a module adds of its own; a missing optional weight is None. */
function isStateDict(entries: ReadonlyMap<PickleValue, PickleValue>, budget: WalkBudget): boolean {
  budget.spend(entries.size);
  let tensors = 0;
  for (const [key, value] of entries) {
    if (typeof key !== "string") return false;
    if (isTensorValue(value)) tensors++;
    else if (value !== null && !key.endsWith("_extra_state")) return false;
  }
  return tensors > 0;
}

function listEntries(entries: ReadonlyMap<PickleValue, PickleValue> | undefined): string[] {
  if (!entries) return [];
  const lines: string[] = [];
  for (const [key, value] of entries) {
    if (lines.length === LISTED_KEYS) break;
    lines.push(`${typeof key === "string" ? key.slice(0, 80) : describe(key)}: ${describe(value)}`);
  }
  return entries.size > LISTED_KEYS ? [...lines, `and ${entries.size - LISTED_KEYS} more`] : lines;
}
