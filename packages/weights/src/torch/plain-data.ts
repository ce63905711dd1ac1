import type { PlainData } from "../checkpoint.js";
import type { WalkBudget } from "../pickle/budget.js";
import { dictEntries, isFloatValue, numberOf, sequenceItems, setItems, textOf } from "../pickle/interpret.js";
import { describe, isRecord, type PickleValue } from "../pickle/value.js";

/** Data without behaviour, and what of it could not be had as such. */
export interface Plain {
  readonly data: PlainData;
  /** Objects that became strings. */
  readonly objects: readonly string[];
}

/**
 * A pickled value as {@link PlainData}. Shared values are copied at each place; the budget bounds how many.
 * @throws weights/limit
 */
export function toPlainData(value: PickleValue, budget: WalkBudget): Plain {
  const objects: string[] = [];
  return { data: convert(value, 0, objects, budget), objects };
}

function convert(value: PickleValue, depth: number, objects: string[], budget: WalkBudget): PlainData {
  budget.spend();
  budget.checkDepth(depth);
  const text = textOf(value);
  if (text !== undefined) {
    budget.spendText(text.length);
    return text;
  }
  if (!isRecord(value)) return value;
  const number = numberOf(value);
  if (number !== undefined) return isFloatValue(value) ? { pyFloat: number } : number;
  const items = sequenceItems(value) ?? setItems(value);
  if (items) return items.map((item) => convert(item, depth + 1, objects, budget));
  const entries = dictEntries(value, budget);
  if (entries) return convertDict(entries, depth, objects, budget);
  const found = `<${describe(value)}>`;
  objects.push(found);
  return found;
}

function convertDict(
  entries: ReadonlyMap<PickleValue, PickleValue>,
  depth: number,
  objects: string[],
  budget: WalkBudget,
): PlainData {
  // Without a prototype `__proto__` and `constructor` are keys like any other.
  const object: Record<string, PlainData> = Object.create(null);
  for (const [key, item] of entries) {
    const name = isRecord(key) ? `<${describe(key)}>` : String(key);
    budget.spendText(name.length);
    object[name] = convert(item, depth + 1, objects, budget);
  }
  return object;
}
