import type { LazyTensor, OutputLayout } from "@yolo-compile/core";
import { rowShape, wrongKey } from "./diagnostics.js";
import { parseLiteral } from "./literal.js";
import { asNumber, isCall, isList, type PyCall, type PyDict, type PyValue } from "./python.js";
import type { Profiler } from "./trace-options.js";

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

/** The weights of a checkpoint by their names in the network. */
export type StoredWeights = ReadonlyMap<string, LazyTensor>;

/** Widths of the columns of a table that families print differently. */
export interface TableWidths {
  readonly from: number;
  readonly module: number;
}

/** A yaml as its family reads it: the rows, and the family's rules for them. */
export interface ModelConfig {
  /** The file's stem, which names the model in the summary line. */
  readonly name: string;
  /** The number of classes. */
  readonly nc: number;
  /** Input channels. */
  readonly ch: number;
  readonly rows: readonly ConfigRow[];
  /** The activation of a Conv whose row names none. */
  readonly activation: PyCall;
  /** The values of arguments that are names: `nc`. */
  readonly names: PyDict;
  /** Whether arguments are literals to Python: a call such as nn.ReLU() stays a text, which no module is made of. */
  readonly literalArguments?: boolean;
  /** Widths of the table's columns; those of YOLOv5 where left out. */
  readonly tableWidths?: TableWidths;
  /** Values that rows are planned by besides their arguments, such as top-level ones of the yaml. */
  readonly settings?: PyDict;
  /** `eps` of each BatchNorm for which the checkpoint holds none. */
  readonly batchNormEps: number;
  /** `eps` of a row's BatchNorms, where a row was made after the others had theirs set. */
  readonly rowEps?: ReadonlyMap<number, number>;
  /** Path of the module whose children are the rows: `model`. */
  readonly root: string;
  /** Sides of the square images on which strides are measured; the next is tried where a module cannot run one. */
  readonly probeSizes: readonly number[];
  /** Last parts of stored names that inference does not need, besides those of torch's own counters. */
  readonly notNeeded: readonly string[];
  /** The repeats of a row, scaled by the depth gain. */
  gainedRepeats(repeats: number): number;
  /** Channels, scaled by the width gain. */
  scaledChannels(wanted: number): number;
  /** Output channels of a row: scaled, but for those that the family exempts. */
  outputChannels(wanted: number): number;
  /** The line below the table of a summary. */
  summaryLine(counts: NetworkCounts): string;
  /** The counter of a summary's operations; by default thop 0.1.1. */
  readonly profiler?: Profiler;
  /** Metadata of the exported model. */
  metadata(facts: CompiledFacts): ReadonlyMap<string, string>;
  /** The stride of each level in pixels, as far as the weights tell. */
  storedStrides?(stored: StoredWeights): readonly number[] | undefined;
  /** The module of the head that the stored weights have, where it is not the one that the yaml ends in. */
  otherHead?(stored: StoredWeights): string | undefined;
  /** Configs that may fit the stored weights, the likeliest first. */
  alternatives?(stored: StoredWeights): readonly AlternativeConfig[];
}

/** Another config, and the changes of the yaml that lead to it: `nc: 3`. */
export interface AlternativeConfig {
  readonly config: ModelConfig;
  readonly changes: readonly string[];
}

/** Facts about a model that its metadata may need. */
export interface CompiledFacts {
  /** The stride of each level, in pixels. */
  readonly strides: readonly number[];
  /** Class names by index. */
  readonly names: readonly string[];
  /** Image height and width; an example of them where they are open. */
  readonly size: readonly [number, number];
  readonly batch: number;
  /** Whether the batch or a side of the image is open. */
  readonly dynamic: boolean;
  /** The pixels of which every open side may be a multiple; left out where none is open. */
  readonly openStep?: number;
  readonly outputs: readonly OutputLayout[];
}

/** The counts that a summary prints. */
export interface NetworkCounts {
  readonly name: string;
  /** `len(list(model.modules()))` */
  readonly layers: number;
  /** Modules without children, which newer families count instead. */
  readonly leaves: number;
  readonly parameters: number;
  /** Those of them that are trained. */
  readonly gradients: number;
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
