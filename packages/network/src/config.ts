import { missingKeys, rowShape, wrongKey } from "./diagnostics.js";
import { parseLiteral } from "./literal.js";
import { asNumber, isCall, isDict, isList, type PyCall, type PyDict, type PyValue } from "./python.js";

/** One row of `backbone` or `head`, as written. */
export interface ConfigRow {
  /** `backbone[2]` */
  readonly where: string;
  readonly from: number | readonly number[];
  /** Repeats before the depth gain. */
  readonly number: number;
  readonly module: string;
  readonly args: readonly PyValue[];
}

/** A YOLOv5 yaml, checked. */
export interface ModelConfig {
  /** The file's stem, as the summary line names the model. */
  readonly name: string;
  /** Classes. */
  readonly nc: number;
  readonly depthMultiple: number;
  readonly widthMultiple: number;
  /** Pixels, `[[w,h,w,h,…] per level]`, or a count. */
  readonly anchors: PyValue;
  /** Input channels. */
  readonly ch: number;
  /** What replaces SiLU as the default activation. */
  readonly activation?: PyCall;
  readonly rows: readonly ConfigRow[];
}

const REQUIRED = ["nc", "depth_multiple", "width_multiple", "anchors", "backbone", "head"];

/** @throws yaml/keys, yaml/value, yaml/row */
export function readConfig(document: PyValue, name: string): ModelConfig {
  if (!isDict(document))
    throw wrongKey(name, "the document", document, "a mapping with nc, anchors, backbone and head");
  const missing = REQUIRED.filter((key) => !document.has(key));
  if (missing.length > 0) throw missingKeys(name, missing, [...document.keys()]);
  const activation = readActivation(document.get("activation"), name);
  return {
    name,
    nc: integer(document, "nc", name, 1),
    depthMultiple: positive(document, "depth_multiple", name),
    widthMultiple: positive(document, "width_multiple", name),
    anchors: readAnchors(document.get("anchors")!, name),
    ch: document.has("ch") ? integer(document, "ch", name, 1) : 3,
    ...(activation && { activation }),
    rows: [...readRows(document, "backbone", name), ...readRows(document, "head", name)],
  };
}

function number(document: PyDict, key: string): number | undefined {
  const value = document.get(key);
  return asNumber(typeof value === "string" ? parseLiteral(value, new Map()) : value);
}

function integer(document: PyDict, key: string, name: string, least: number): number {
  const value = number(document, key);
  if (value === undefined || !Number.isSafeInteger(value) || value < least || value > 1e6)
    throw wrongKey(name, key, document.get(key) ?? null, `an integer from ${least} on`);
  return value;
}

function positive(document: PyDict, key: string, name: string): number {
  const value = number(document, key);
  if (value === undefined || !(value > 0 && value <= 100))
    throw wrongKey(name, key, document.get(key) ?? null, "a number above 0");
  return value;
}

function readActivation(value: PyValue | undefined, name: string): PyCall | undefined {
  if (value === undefined || value === null) return undefined;
  const call = typeof value === "string" ? parseLiteral(value, new Map()) : value;
  if (call === undefined || !isCall(call)) throw wrongKey(name, "activation", value, "a call such as nn.ReLU()");
  return call;
}

function readAnchors(value: PyValue, name: string): PyValue {
  const count = typeof value === "string" ? parseLiteral(value, new Map()) : value;
  if (typeof count === "number" && count >= 1 && count <= 100) return count;
  const rows = isList(value) ? value : [];
  const fits = (row: PyValue): boolean =>
    isList(row) && row.length > 0 && row.length % 2 === 0 && row.every((item) => asNumber(item) !== undefined);
  const first = rows[0];
  if (!first || !rows.every((row) => fits(row) && isList(row) && isList(first) && row.length === first.length))
    throw wrongKey(name, "anchors", value, "a count, or a list with the same number of w,h pairs for each level");
  return value;
}

function readRows(document: PyDict, section: string, name: string): ConfigRow[] {
  const rows = document.get(section)!;
  if (!isList(rows)) throw wrongKey(name, section, rows, "a list of [from, number, module, args] rows");
  return rows.map((row, index) => readRow(row, `${section}[${index}]`));
}

function readRow(row: PyValue, where: string): ConfigRow {
  if (!isList(row) || row.length !== 4) throw rowShape(row, where, "[from, number, module, args]");
  const [from, repeats, module, args] = row as readonly [PyValue, PyValue, PyValue, PyValue];
  const sources = isList(from) ? from : [from];
  if (sources.length === 0 || !sources.every(Number.isSafeInteger))
    throw rowShape(from, where, "an integer `from`, or a list of them");
  if (typeof repeats !== "number" || repeats < 0 || repeats > 1000)
    throw rowShape(repeats, where, "a `number` of repeats from 0 to 1000");
  if (typeof module !== "string") throw rowShape(module, where, "the name of a module");
  if (!isList(args)) throw rowShape(args, where, "a list of arguments");
  return { where, from: from as number | readonly number[], number: repeats, module, args };
}
