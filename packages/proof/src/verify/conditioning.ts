import type { CompiledGraphs } from "@yolo-compile/compiler";
import { type Diagnostic, note, warning } from "@yolo-compile/core";
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
import { compareWhole } from "./compare-layers.js";
import { runValues } from "./run-values.js";
import { SHAKE_SEED, shakeConstants } from "./shake-constants.js";

/** A yaml row, and the factor by which it amplifies a change of its inputs' last bits. */
export interface Amplifier {
  readonly layer: TracedLayer;
  readonly factor: number;
}

/** A network's plain graph and rows. */
type Layered = Pick<CompiledGraphs, "plain" | "layers">;

/** The distance of four floats, as a share of a number. */
const INPUT_MOVE = 2 ** -21;

/** The row that amplifies the last bits of an input most; undefined where no row's outputs are finite. @throws runtime/… */
async function findAmplifier({ plain, layers }: Layered, inputs: Tensors): Promise<Amplifier | undefined> {
  const values = layers.flatMap(({ outputs }) => outputs);
  const [still = [], moved = []] = await runValues(plain, values, [inputs, shakeLastBits(inputs, SHAKE_SEED)], CPU);
  const [other = []] = await runValues(shakeConstants(plain, SHAKE_SEED), values, [inputs], CPU);
  const moveAt = (at: number): number =>
    Math.max(...[moved, other].map((found) => compareWhole(values[at]!.hint, still[at]!, found[at]!).maxRel));
  const moves = new Map(values.map((value, at) => [value, moveAt(at)]));
  const moveOf = (layer: TracedLayer): number => Math.max(...layer.outputs.map((value) => moves.get(value)!));
  const bySlot = new Map(layers.map((layer) => [layer.slot, moveOf(layer)]));
  const amplifiers = layers.map((layer): Amplifier => {
    const read = layer.sources.map((slot) => bySlot.get(slot) ?? INPUT_MOVE);
    return { layer, factor: moveOf(layer) / Math.max(INPUT_MOVE, ...read) };
  });
  const [largest] = amplifiers.filter(({ factor }) => Number.isFinite(factor)).sort((a, b) => b.factor - a.factor);
  return largest;
}

/** Notes on where the reference is ill-conditioned; of our own graphs also the row that amplifies most. @throws runtime/… */
export async function explainConditioning(
  verification: Verification,
  cases: readonly ExpectedCase[],
  graphs?: Layered,
): Promise<Diagnostic[]> {
  const [first] = verification.illConditioned;
  const input = cases.find((each) => each.input.name === first?.input)?.input;
  return conditioningNotes(verification, input && graphs && (await findAmplifier(graphs, input.tensors)));
}

/**
 * A note for each part for which more than the tolerance was allowed: that the plain graph itself differs as much, and the
 * row that amplifies, where that is known.
 */
function conditioningNotes({ illConditioned }: Verification, amplifier?: Amplifier): Diagnostic[] {
  const worst = [...furthest(illConditioned).values()];
  const row = amplifier && `${amplifier.layer.where} (${amplifier.layer.module})`;
  return worst.map(({ input, output, part }) => {
    if (part.nonFiniteReference > 0)
      return warning(
        "verify/ill-conditioned",
        `the plain graph itself is not finite in ${part.nonFiniteReference} elements of ${output} (${part.name}) on ${input}`,
      );
    const moves = `the plain graph itself moves by ${part.moved?.toExponential(1)} at ${output} (${part.name}) when last bits change, on ${input}`;
    const by = row ? `; ${row} amplifies what it reads ${Math.round(amplifier.factor)} times` : "";
    return isTelling(part)
      ? note("verify/ill-conditioned", `${moves}${by}: ${part.allowed.toExponential(1)} is allowed there`)
      : warning("verify/ill-conditioned", `${moves}${by}: float32 tells nothing there`);
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
