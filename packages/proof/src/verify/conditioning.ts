import type { CompiledGraphs } from "@yolo-compile/compiler";
import { byteLength, type Diagnostic, note, type Tensor, warning } from "@yolo-compile/core";
import { constantsOf, type Graph } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import {
  CPU,
  type ExpectedCase,
  type IllConditioned,
  isTelling,
  shakeLastBits,
  type Tensors,
  type Verification,
} from "@yolo-compile/runtime";
import { compareWhole, statisticsOf } from "./compare-layers.js";
import { runValues } from "./run-values.js";
import { SHAKE_SEED, shakeConstants } from "./shake-constants.js";

/** A yaml row, and the factor by which it makes last bits, or all of its numbers, larger than what it reads. */
interface Culprit {
  readonly layer: TracedLayer;
  readonly factor: number;
  readonly does: "amplifies what it reads" | "makes numbers larger";
}

/** A network's plain graph and rows. */
type Layered = Pick<CompiledGraphs, "plain" | "layers">;

/** The distance of four floats, as a share of a number. */
const INPUT_MOVE = 2 ** -21;

/** No row of a network whose numbers are well scaled amplifies last bits as much; ten is usual. */
const LEAST_FACTOR = 50;

/**
 * The row that amplifies the last bits of an input most. Where none does by much, a sigmoid of numbers that are far too large
 * hangs on their last bits: then the row that enlarges its numbers most. Undefined where no row's outputs are finite.
 * @throws runtime/…
 */
async function findCulprit({ plain, layers }: Layered, inputs: Tensors): Promise<Culprit | undefined> {
  const values = layers.flatMap(({ outputs }) => outputs);
  const [still = [], moved = []] = await runValues(plain, values, [inputs, shakeLastBits(inputs, SHAKE_SEED)], CPU);
  const [other = []] = await runValues(shakeConstants(plain, SHAKE_SEED), values, [inputs], CPU);
  const moveAt = (at: number): number =>
    Math.max(...[moved, other].map((found) => compareWhole(values[at]!.hint, still[at]!, found[at]!).maxRel));
  const amplifier = largestGrowth(
    layers,
    values.map((_, at) => moveAt(at)),
    INPUT_MOVE,
  );
  if (amplifier && amplifier.factor >= LEAST_FACTOR) return { ...amplifier, does: "amplifies what it reads" };
  const inputScale = Math.max(...[...inputs.values()].map(largestOf));
  const enlarger = largestGrowth(layers, still.map(largestOf), inputScale);
  if (enlarger && enlarger.factor >= LEAST_FACTOR) return { ...enlarger, does: "makes numbers larger" };
  return amplifier && { ...amplifier, does: "amplifies what it reads" };
}

function largestOf(tensor: Tensor): number {
  const { min, max } = statisticsOf(tensor);
  return Math.max(-min, max);
}

/** The row whose outputs' figure is the largest multiple of what it reads; `figures` are those of all outputs of all rows. */
function largestGrowth(
  layers: readonly TracedLayer[],
  figures: readonly number[],
  ofInput: number,
): Omit<Culprit, "does"> | undefined {
  let at = 0;
  const found = layers.map(({ outputs }) => Math.max(...outputs.map(() => figures[at++]!)));
  const bySlot = new Map(layers.map(({ slot }, index) => [slot, found[index]!]));
  const growths = layers.map((layer, index) => {
    const read = layer.sources.map((slot) => bySlot.get(slot) ?? ofInput);
    return { layer, factor: found[index]! / Math.max(ofInput, ...read) };
  });
  const [largest] = growths.filter(({ factor }) => Number.isFinite(factor)).sort((a, b) => b.factor - a.factor);
  return largest;
}

/** The weights of larger networks are not run again from memory. */
const MOST_BYTES = 1 << 30;

const bytesOf = (graph: Graph): number =>
  constantsOf(graph).reduce((sum, { constant }) => sum + byteLength(constant!), 0);

/** Notes on where the reference is ill-conditioned; of our own graphs also the row that makes it so. @throws runtime/… */
export async function explainConditioning(
  verification: Verification,
  cases: readonly ExpectedCase[],
  graphs?: Layered,
): Promise<Diagnostic[]> {
  const [first] = verification.illConditioned;
  const input = cases.find((each) => each.input.name === first?.input)?.input;
  const small = graphs && bytesOf(graphs.plain) <= MOST_BYTES;
  return conditioningNotes(verification, input && small ? await findCulprit(graphs, input.tensors) : undefined);
}

/**
 * A note for each part for which more than the tolerance was allowed: that the plain graph itself differs as much, and the
 * row that makes it so, where that is known.
 */
function conditioningNotes({ illConditioned, comparisons }: Verification, culprit?: Culprit): Diagnostic[] {
  const worst = [...furthest(illConditioned).values()];
  const by = culprit
    ? `; ${culprit.layer.where} (${culprit.layer.module}) ${culprit.does} ${Math.round(culprit.factor)} times`
    : "";
  const isJudged = ({ output, part }: IllConditioned): boolean =>
    comparisons.some(
      (each) => each.output === output && each.parts.some((other) => other.name === part.name && isTelling(other)),
    );
  return worst.map((each) => {
    const { input, output, part } = each;
    if (part.nonFiniteReference > 0)
      return warning(
        "verify/ill-conditioned",
        `the plain graph itself is not finite in ${part.nonFiniteReference} elements of ${output} (${part.name}) on ${input}`,
      );
    const moves = `the plain graph itself moves by ${part.moved?.toExponential(1)} at ${output} (${part.name}) when last bits change, on ${input}`;
    return isTelling(part)
      ? note("verify/ill-conditioned", `${moves}${by}: ${part.allowed.toExponential(1)} is allowed there`)
      : warning(
          "verify/ill-conditioned",
          `${moves}${by}: float32 tells nothing there, ${isJudged(each) ? "other inputs judge that part" : "and no input judges that part"}`,
        );
  });
}

/** The worst case of each part of each output. */
function furthest(found: readonly IllConditioned[]): ReadonlyMap<string, IllConditioned> {
  const worst = new Map<string, IllConditioned>();
  for (const each of found) {
    const key = JSON.stringify([each.output, each.part.name]);
    const known = worst.get(key);
    if (!known || each.part.allowed > known.part.allowed) worst.set(key, each);
  }
  return worst;
}
