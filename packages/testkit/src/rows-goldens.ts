import type { LazyTensor } from "@yolo-compile/core";
import { goldenWeight, type ModuleGolden } from "./module-goldens.js";

/** A few rows of a yaml of YOLOv5's kind, as parse_model builds them. */
export interface RowsGolden extends ModuleGolden {
  readonly cfg: string;
  /** The lines of parse_model's table, and the line below it; none of blocks that it has not. */
  readonly table: readonly string[];
  /** The number of output channels that parse_model assumes for the last row. */
  readonly channels?: number;
}

/** The weights of a golden, for a trace; its BatchNorms have the `eps` of the family. */
export interface GoldenWeights {
  get(name: string): LazyTensor | undefined;
  batchNormEps(): undefined;
}

/** What a network of a golden's rows is traced with: its image, and its weights. */
export function goldenRequest(golden: ModuleGolden): {
  readonly size: readonly [number, number];
  readonly batch: number;
  readonly weights: GoldenWeights;
} {
  const [batch, , height, width] = golden.input as [number, number, number, number];
  const weights: GoldenWeights = { get: (name) => goldenWeight(golden, name), batchNormEps: () => undefined };
  return { size: [height, width], batch, weights };
}

/** The rows of a printed summary, without the two lines of its head, and the line below them. */
export const tableLines = (summary: string): string[] =>
  summary
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((line) => line.trimEnd());

/** Modules that no row has, and arguments that no row gives: `C3: g, e`. */
export const missingInRows = (
  modules: Iterable<readonly [name: string, module: { readonly signature: readonly string[] }]>,
  rows: readonly { readonly module: string; readonly plan: { readonly args: readonly unknown[] } }[],
): string[] =>
  [...modules].flatMap(([name, { signature }]) => {
    const counts = rows.filter(({ module }) => module === name).map(({ plan }) => plan.args.length);
    const left = signature.slice(Math.max(0, ...counts));
    return counts.length === 0 || left.length > 0 ? [`${name}: ${left.join(", ")}`] : [];
  });
