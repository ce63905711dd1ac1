import type { LazyTensor } from "@yolo-compile/core";
import { rowShape, wrongKey } from "./diagnostics.js";
import { parseLiteral } from "./literal.js";
import { asNumber, isCall, isList, type PyCall, type PyDict, type PyValue } from "./python.js";

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

/** The weights of a checkpoint, under the names of the network. */
export type StoredWeights = ReadonlyMap<string, LazyTensor>;

/** A yaml as its family reads it: the rows, and the rules that hold for them. */
export interface ModelConfig {
  /** The file's stem, as the summary line names the model. */
  readonly name: string;
  /** Classes. */
  readonly nc: number;
  /** Input channels. */
  readonly ch: number;
  readonly rows: readonly ConfigRow[];
  /** What a Conv is activated by where its row does not say. */
  readonly activation: PyCall;
  /** What an argument that is a name stands for: `nc`. */
  readonly names: PyDict;
  /** `eps` of each BatchNorm, where the checkpoint does not know it. */
  readonly batchNormEps: number;
  /** Path of the module whose parts are the rows: `model`. */
  readonly root: string;
  /** Sides of the square images on which strides are measured; the next is tried where a module cannot run one. */
  readonly probeSizes: readonly number[];
  /** Last parts of stored names that inference does not need, besides torch's own counters. */
  readonly notNeeded: readonly string[];
  /** Repeats of a row by the depth of the network. */
  gainedRepeats(repeats: number): number;
  /** Channels by the width of the network. */
  scaledChannels(wanted: number): number;
  /** Output channels of a row: scaled, but for those that the family exempts. */
  outputChannels(wanted: number): number;
  /** The line below the table of a summary. */
  summaryLine(counts: NetworkCounts): string;
  /** What is written into the model for those who read it. */
  metadata(facts: CompiledFacts): ReadonlyMap<string, string>;
  /** Pixels a cell of each level, where weights betray them. */
  storedStrides?(stored: StoredWeights): readonly number[] | undefined;
  /** Configs that the stored weights might be of, the likeliest first. */
  alternatives?(stored: StoredWeights): readonly AlternativeConfig[];
}

/** Another config, and what of the yaml would have to change for it: `nc: 3`. */
export interface AlternativeConfig {
  readonly config: ModelConfig;
  readonly changes: readonly string[];
}

/** What is known of a model when it is written. */
export interface CompiledFacts {
  /** Of the levels. */
  readonly strides: readonly number[];
  /** Class names by index. */
  readonly names: readonly string[];
  /** Image height and width. */
  readonly size: readonly [number, number];
  readonly batch: number;
}

/** What a summary counts. */
export interface NetworkCounts {
  /** As the network is called. */
  readonly name: string;
  /** `len(list(model.modules()))` */
  readonly layers: number;
  /** Those of them without parts, which newer families count instead. */
  readonly leaves: number;
  readonly parameters: number;
  /** Twice the multiply-accumulates of a 640x640 image, in 1e9. */
  readonly gflops: number;
}

function number(document: PyDict, key: string): number | undefined {
  const value = document.get(key);
  return asNumber(typeof value === "string" ? parseLiteral(value, new Map()) : value);
}

/** A top-level integer from `least` on. @throws yaml/value */
export function readInteger(document: PyDict, key: string, name: string, least: number): number {
  const value = number(document, key);
  if (value === undefined || !Number.isSafeInteger(value) || value < least || value > 1e6)
    throw wrongKey(name, key, document.get(key) ?? null, `an integer from ${least} on`);
  return value;
}

/** A top-level number above 0. @throws yaml/value */
export function readPositive(document: PyDict, key: string, name: string): number {
  const value = number(document, key);
  if (value === undefined || !(value > 0 && value <= 100))
    throw wrongKey(name, key, document.get(key) ?? null, "a number above 0");
  return value;
}

/** `activation`, where the document has one. @throws yaml/value */
export function readActivation(document: PyDict, name: string): PyCall | undefined {
  const value = document.get("activation");
  if (value === undefined || value === null) return undefined;
  const call = typeof value === "string" ? parseLiteral(value, new Map()) : value;
  if (call === undefined || !isCall(call)) throw wrongKey(name, "activation", value, "a call such as nn.ReLU()");
  return call;
}

/** The rows of `backbone` or `head`. @throws yaml/value, yaml/row */
export function readRows(document: PyDict, section: string, name: string): ConfigRow[] {
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
