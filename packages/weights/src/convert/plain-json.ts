import { isPyFloat, type PlainData } from "../checkpoint.js";

/** {@link PlainData} in JSON: every object has one key, which names the Python type of its value. */
type Tagged =
  | null
  | boolean
  | number
  | string
  | readonly Tagged[]
  | { readonly float: string }
  | { readonly int: string }
  | { readonly dict: readonly (readonly [string, Tagged])[] };

/** As deep as pickles may nest; deeper data are not ours. */
const MAX_DEPTH = 130;

/** Python data as JSON that keeps floats, large ints and the order of keys. */
export function toTagged(data: PlainData): Tagged {
  if (data === null || typeof data === "boolean" || typeof data === "string" || typeof data === "number") return data;
  if (typeof data === "bigint") return { int: String(data) };
  if (isPyFloat(data)) return { float: Object.is(data.pyFloat, -0) ? "-0" : String(data.pyFloat) };
  if (isList(data)) return data.map(toTagged);
  return { dict: Object.entries(data).map(([key, value]) => [key, toTagged(value)] as const) };
}

const isList = (data: PlainData): data is readonly PlainData[] => Array.isArray(data);

/** The data that {@link toTagged} wrote; `undefined` for JSON of another form. */
export function fromTagged(tagged: unknown, depth = 0): PlainData | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (tagged === null || typeof tagged === "boolean" || typeof tagged === "string") return tagged;
  if (typeof tagged === "number") return Number.isSafeInteger(tagged) ? tagged : undefined;
  if (Array.isArray(tagged)) {
    const items = tagged.map((item) => fromTagged(item, depth + 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const [[tag, value] = ["", undefined], ...others] = Object.entries(tagged ?? {});
  return others.length > 0 ? undefined : READERS.get(tag)?.(value, depth);
}

const READERS: ReadonlyMap<string, (value: unknown, depth: number) => PlainData | undefined> = new Map([
  ["float", (value) => (typeof value === "string" && isFloatText(value) ? { pyFloat: Number(value) } : undefined)],
  ["int", (value) => (typeof value === "string" && /^-?\d{1,400}$/.test(value) ? BigInt(value) : undefined)],
  ["dict", dictFrom],
]);

const isFloatText = (text: string): boolean => text === "NaN" || (text.trim() !== "" && !Number.isNaN(Number(text)));

function dictFrom(pairs: unknown, depth: number): PlainData | undefined {
  if (!Array.isArray(pairs)) return undefined;
  // Without a prototype `__proto__` and `constructor` are keys like any other.
  const dict: Record<string, PlainData> = Object.create(null);
  for (const pair of pairs) {
    const [key, item, ...others] = Array.isArray(pair) ? pair : [];
    const value = fromTagged(item, depth + 1);
    if (typeof key !== "string" || value === undefined || others.length > 0) return undefined;
    dict[key] = value;
  }
  return dict;
}
