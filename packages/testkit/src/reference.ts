import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crc32, elementCount, type LazyTensor, type Tensor, uniformFloats, uniformStream } from "@yolo-compile/core";
import { readNpy } from "./npy.js";

/** One network with PyTorch's description and outputs. */
export interface ReferenceCase {
  readonly name: string;
  readonly cfg: string | null;
  readonly kind: "detect" | "segment" | "classify" | "pose" | "obb";
  /** The head of two that gave the outputs. */
  readonly head?: "one2many" | "one2one";
  readonly weights: {
    readonly recipe: "formula" | "file" | "files";
    readonly gain?: number;
    readonly linear_gain?: number;
    readonly gain_rules?: readonly (readonly [substring: string, gain: number])[];
    readonly file?: string;
    readonly where?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly sum_abs_all_float_entries: number;
    /** Entries that no formula fills, with their values. */
    readonly kept?: Readonly<Record<string, readonly number[]>>;
  };
  readonly stride?: readonly number[];
  readonly bn_eps?: readonly number[];
  readonly names?: Readonly<Record<string, string>>;
  readonly table?: readonly (readonly [number, string, number, number, string, string])[];
  readonly summary: string | null;
  readonly layers: number;
  readonly params: number;
  /** Those that are trained. */
  readonly gradients?: number;
  readonly gflops_640: number;
  /** As `gflops_640`, in the folders of other families. */
  readonly gflops?: number;
  readonly state_dict_keys: string;
  readonly runs: readonly ReferenceRun[];
  /** The outputs of weights that are fused already. */
  readonly fused_runs?: readonly ReferenceRun[];
}

/** An input by shape and seed, and the network's outputs for it; see {@link referenceInput}. */
export interface ReferenceRun {
  readonly input_shape: readonly [number, number, number, number];
  readonly input_seed: number;
  readonly outputs: readonly ReferenceOutput[];
}

/** An output: statistics of the whole, and in the .npy file `golden` its elements or a part of them. */
export interface ReferenceOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly golden: string;
  /** One of so many elements is kept. */
  readonly subset_step: number;
  readonly stats: { readonly min: number; readonly max: number; readonly sum: number; readonly mean_abs: number };
  /** The axis along which `parts` lie. */
  readonly axis?: number;
  readonly parts?: readonly ReferencePart[];
  /** Rows whose scores are nearly equal may change places. */
  readonly order?: "topk";
}

/** A stretch of an output, with its own range. */
interface ReferencePart {
  /** `0-3,6` */
  readonly rows: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

/** The folder of goldens and its index. */
export interface Reference {
  /** Absolute path of a file of the reference. */
  path(file: string): string;
  readonly cases: readonly ReferenceCase[];
}

/** The goldens beside the checkout, or the reason why there are none. */
export function findReference(name = "reference"): Reference | string {
  const folder = fileURLToPath(new URL(`../../../../shared/${name}/`, import.meta.url));
  const index = `${folder}index.json`;
  if (!existsSync(index)) return `no reference beside the checkout (../shared/${name}/index.json)`;
  // The file is ours; its README describes it.
  const { cases } = JSON.parse(readFileSync(index, "utf8")) as { cases: readonly ReferenceCase[] };
  return { path: (file) => `${folder}${file}`, cases };
}

/** Weights that a case comes with: a file of the reference, or tensors made by formula. */
export type ReferenceWeights =
  | { readonly label: string; readonly file: string }
  | { readonly label: string; readonly tensors: ReadonlyMap<string, LazyTensor> };

/** Every form of a case's weights; `label` is the case, and the form where there are several. */
export function weightsOf(reference: Reference, golden: ReferenceCase): ReferenceWeights[] {
  const { name, weights } = golden;
  if (weights.recipe === "file") return [{ label: name, file: `${weights.where}/${weights.file}` }];
  if (weights.recipe === "formula") return [{ label: name, tensors: formulaWeights(reference, golden) }];
  return Object.entries(weights.files ?? {}).map(([form, file]) => ({ label: `${name}.${form}`, file }));
}

/** state_dict entries that keep the values which a fresh model has. */
const KEPT = /(^|\.)(anchors|num_batches_tracked|attention_bias_idxs|anchor_grid)$/;

/** Weights made by formula, as the reference's README states it. */
function formulaWeights(reference: Reference, { weights, state_dict_keys }: ReferenceCase): Map<string, LazyTensor> {
  const tensors = new Map<string, LazyTensor>();
  for (const row of readFileSync(reference.path(state_dict_keys), "utf8").trimEnd().split("\n")) {
    const [name = "", sizes = ""] = row.split("\t");
    if (KEPT.test(name) || weights.kept?.[name]) continue;
    const shape = sizes === "" ? [] : sizes.split(",").map(Number);
    let made: Tensor | undefined;
    tensors.set(name, { dtype: "f32", shape, read: () => (made ??= fill(name, shape, weights)) });
  }
  return tensors;
}

function fill(name: string, shape: readonly number[], weights: ReferenceCase["weights"]): Tensor {
  const value = formula(name, shape, weights);
  const next = uniformStream(crc32(new TextEncoder().encode(name)));
  const data = new Float32Array(elementCount(shape));
  for (let index = 0; index < data.length; index++) data[index] = value(next());
  return { dtype: "f32", shape, data };
}

function formula(name: string, shape: readonly number[], weights: ReferenceCase["weights"]): (u: number) => number {
  const { gain = 1, linear_gain = 1, gain_rules = [] } = weights;
  const last = name.split(".").at(-1)!;
  if (last === "running_mean" || last.endsWith("bias")) return (u) => 0.2 * (2 * u - 1);
  if (last === "running_var") return (u) => 0.5 + u;
  if (last === "attention_biases" || last === "w" || last === "gamma") return (u) => 2 * u - 1;
  if (shape.length === 1) return (u) => 0.8 + 0.4 * u;
  const factor = shape.length === 2 ? linear_gain : (gain_rules.find(([part]) => name.includes(part))?.[1] ?? gain);
  const root = Math.sqrt(elementCount(shape.slice(1)));
  return (u) => ((2 * u - 1) * factor) / root;
}

/** The input of a run. */
export const referenceInput = ({ input_shape, input_seed }: ReferenceRun): Tensor => ({
  dtype: "f32",
  shape: input_shape,
  data: uniformFloats(input_seed, elementCount(input_shape)),
});

/**
 * Largest error of an output as a share of the golden's range. Statistics of the whole tensor cover what a golden with a
 * step leaves out.
 */
export function goldenError(reference: Reference, output: ReferenceOutput, found: Tensor): number {
  if (found.shape.join() !== output.shape.join()) return Number.POSITIVE_INFINITY;
  const { min, max, sum, mean_abs } = output.stats;
  const golden = readNpy(reference.path(output.golden)).data;
  const values = Array.from(found.data, Number);
  const range = max - min;
  let worst = 0;
  for (let index = 0; index < golden.length; index++)
    worst = Math.max(worst, Math.abs(values[index * output.subset_step]! - Number(golden[index])) / range);
  let [low, high, total] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    low = Math.min(low, value);
    high = Math.max(high, value);
    total += value;
  }
  const ends = Math.max(Math.abs(low - min), Math.abs(high - max)) / range;
  return Math.max(worst, ends, Math.abs(total - sum) / (mean_abs * values.length));
}

/**
 * Largest error of an output that has parts, of each part's own range; of scores absolutely. Rows that may change places are
 * paired by class and score.
 */
export function partError(reference: Reference, output: ReferenceOutput, found: Tensor): number {
  const { shape, axis, parts } = output;
  if (found.shape.join() !== shape.join() || axis === undefined || !parts) return Number.POSITIVE_INFINITY;
  const golden = Array.from(readNpy(reference.path(output.golden)).data, Number);
  const values = Array.from(found.data, Number);
  const ordered = output.order === "topk" ? pairedRows(golden, values, shape[2]!) : values;
  const inner = elementCount(shape.slice(axis + 1));
  const scales = new Map(parts.flatMap((part) => rowsOf(part.rows).map((row) => [row, scaleOf(part)] as const)));
  const errors = golden.map((expected, index) => {
    const error = Math.abs(ordered[index * output.subset_step]! - expected);
    return error / scales.get(Math.floor((index * output.subset_step) / inner) % shape[axis]!)!;
  });
  return errors.reduce((worst, error) => (error >= 0 ? Math.max(worst, error) : Number.POSITIVE_INFINITY), 0);
}

const scaleOf = ({ unit, min, max }: ReferencePart): number => (unit === "score" ? 1 : Math.max(max - min, 1e-3));

const rowsOf = (text: string): number[] =>
  text.split(",").flatMap((span) => {
    const [first, last = first] = span.split("-").map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });

/** Places of score and label in a row of chosen boxes. */
const [SCORE, LABEL] = [4, 5];

/** The found rows in the order of the golden's: the nearest of the same label, each once. */
function pairedRows(golden: readonly number[], found: readonly number[], columns: number): number[] {
  const left = Array.from({ length: found.length / columns }, (_, row) =>
    found.slice(row * columns, (row + 1) * columns),
  );
  return Array.from({ length: golden.length / columns }, (_, row) => {
    const wanted = golden.slice(row * columns, (row + 1) * columns);
    const distance = (each: readonly number[]): number =>
      each[LABEL] === wanted[LABEL] && Math.abs(each[SCORE]! - wanted[SCORE]!) < 1e-4
        ? Math.max(...each.map((value, column) => Math.abs(value - wanted[column]!)))
        : Number.POSITIVE_INFINITY;
    const distances = left.map(distance);
    const at = distances.indexOf(Math.min(...distances));
    return left.splice(at, 1)[0] ?? [];
  }).flat();
}
