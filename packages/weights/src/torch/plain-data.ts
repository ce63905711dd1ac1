import { elementCount, isCompileError, isFloat, toFloat64 } from "@yolo-compile/core";
import type { PlainData } from "../checkpoint.js";
import { nested } from "../nested.js";
import type { WalkBudget } from "../pickle/budget.js";
import { dictEntries, isFloatValue, numberOf, sequenceItems, setItems, textOf } from "../pickle/interpret.js";
import { describe, isRecord, type PickleObject, type PickleValue } from "../pickle/value.js";
import { isArrayValue, numpyArray } from "./numpy-array.js";

/** The most elements of an array that is data: anchors have some 20, longer ones are weights in a wrong place. */
const MAX_ARRAY_COUNT = 4096;

/** Data without behaviour, and the objects that could not become such. */
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
  const array = isArrayValue(value) ? arrayData(value, budget) : undefined;
  if (array !== undefined) return array;
  const items = sequenceItems(value) ?? setItems(value);
  if (items) return items.map((item) => convert(item, depth + 1, objects, budget));
  const entries = dictEntries(value, budget);
  if (entries) return convertDict(entries, depth, objects, budget);
  const found = `<${describe(value)}>`;
  objects.push(found);
  return found;
}

/** A NumPy array as lists of numbers; one that cannot be read, or is of many elements, is none. */
function arrayData(value: PickleObject, budget: WalkBudget): PlainData | undefined {
  try {
    const array = numpyArray(value, "an array");
    const count = elementCount(array.shape);
    if (count > MAX_ARRAY_COUNT) return undefined;
    budget.spend(count);
    const toData = (number: number): PlainData => (isFloat(array.dtype) ? { pyFloat: number } : number);
    return nested(Array.from(toFloat64(array.read()), toData), array.shape);
  } catch (error) {
    if (!isCompileError(error) || error.diagnostic.code === "weights/limit") throw error;
    return undefined;
  }
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
