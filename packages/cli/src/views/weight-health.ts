import {
  elementCount,
  type HalfLoss,
  halfLoss,
  type LazyTensor,
  type WeightStatistics,
  weightStatistics,
} from "@yolo-compile/compiler";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { grouped, line } from "./text.js";

/** Statistics of a checkpoint's elements, weight by weight. */
export interface WeightHealth {
  readonly statistics: ReadonlyMap<string, WeightStatistics>;
  readonly halfLoss: ReadonlyMap<string, HalfLoss>;
}

/** The most elements of a weight that is read whole; larger ones are read in pieces. */
const WHOLE_COUNT = 1 << 14;

/** Reads every weight once, one at a time. */
export function examineWeights(tensors: ReadonlyMap<string, LazyTensor>, terminal: Terminal): WeightHealth {
  const statistics = new Map<string, WeightStatistics>();
  const losses = new Map<string, HalfLoss>();
  for (const [name, stored] of tensors) {
    terminal.step(`reading ${name}`);
    const tensor = elementCount(stored.shape) > WHOLE_COUNT ? stored : stored.read();
    const found = weightStatistics(tensor);
    if (found) statistics.set(name, found);
    const loss = halfLoss(name, tensor);
    if (loss) losses.set(name, loss);
  }
  terminal.endStep();
  return { statistics, halfLoss: losses };
}

const KINDS = ["nan", "infinite", "subnormal"] as const;

/** The most weights that are listed by name. */
const LISTED = 8;

/** Prints the problems of a checkpoint's elements. */
export function printHealth({ statistics, halfLoss: losses }: WeightHealth, terminal: Terminal): void {
  const total = (kind: (typeof KINDS)[number]): number =>
    [...statistics.values()].reduce((sum, each) => sum + each[kind], 0);
  const sick = total("nan") + total("infinite");
  const counts = KINDS.map((kind) => `${grouped(total(kind))} ${kind === "nan" ? "NaN" : kind}`).join(", ");
  terminal.print(line("numbers", sick > 0 ? out.red(counts) : counts));
  const bad = [...statistics].filter(([, { nan, infinite }]) => nan + infinite > 0);
  for (const [name, { nan, infinite }] of bad.slice(0, LISTED))
    terminal.print(line("", `${name}: ${grouped(nan)} NaN, ${grouped(infinite)} infinite`));
  for (const [name, { overflow, underflow }] of [...losses].slice(0, LISTED))
    terminal.print(line("float16", `${name}: ${grouped(overflow)} overflow, ${grouped(underflow)} underflow`));
  const more = Math.max(0, bad.length - LISTED) + Math.max(0, losses.size - LISTED);
  if (more > 0) terminal.print(line("", `… and ${more} more: --json lists them`));
}
