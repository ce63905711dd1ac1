import { isDType, isSymbol, Polynomial, sameSize } from "@yolo-compile/core";
import { attributeError } from "./diagnostics.js";
import type { Attribute, AttributeSchema, Attributes, OpSchema } from "./schema.js";

/** `given` completed with the schema's defaults. @throws ir/attribute on unknown, missing or ill-typed ones */
export function completeAttributes(op: string, schema: OpSchema, given: Attributes): Attributes {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(schema.attributes, name)) throw attributeError(op, name, "no such attribute", given[name]);
  const complete: Record<string, Attribute> = {};
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    const value = given[name] ?? attribute.default;
    if (value === undefined || !fitsKind(value, attribute)) throw attributeError(op, name, attribute.kind, value);
    complete[name] = rounded(value, attribute);
  }
  return complete;
}

/** Floats rounded to single precision, as ONNX stores them. */
function rounded(value: Attribute, { kind }: AttributeSchema): Attribute {
  if (kind === "float" && typeof value === "number") return Math.fround(value);
  return kind === "floats" && Array.isArray(value) ? value.map(Math.fround) : value;
}

function fitsKind(value: Attribute, { kind }: AttributeSchema): boolean {
  if (kind === "int") return Number.isSafeInteger(value);
  if (kind === "float") return typeof value === "number";
  if (kind === "dtype") return typeof value === "string" && isDType(value);
  if (kind === "ints") return Array.isArray(value) && value.every(Number.isSafeInteger);
  if (kind === "floats") return Array.isArray(value) && value.every((item) => typeof item === "number");
  if (kind === "sizes") return Array.isArray(value) && value.every(isSize);
  if (kind === "symbol") return typeof value === "string" && isSymbol(value);
  return typeof value === "string";
}

/** `item` may be anything where the attribute comes from a program without types. */
const isSize = (item: unknown): boolean => item instanceof Polynomial || Number.isSafeInteger(item);

/** Whether two attributes are equal. Among single numbers a nan equals itself, and 0 differs from -0. */
export const sameAttribute = (a: Attribute | undefined, b: Attribute | undefined): boolean =>
  Object.is(a, b) ||
  (typeof a === "object" &&
    typeof b === "object" &&
    a.length === b.length &&
    a.every((item, index) => sameSize(item, b[index])));

/** Whether both have the same names, in any order, with values that {@link sameAttribute} calls equal. */
export function sameAttributes(a: Attributes, b: Attributes): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameAttribute(a[name], b[name]));
}
