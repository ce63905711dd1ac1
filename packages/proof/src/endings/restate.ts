import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { type EndingFacts, isOfMaps, readEnding, type Suppression } from "@yolo-compile/network";
import type { Restate, Tensors } from "@yolo-compile/runtime";
import {
  type BestRules,
  expectBest,
  expectMasks,
  expectSuppression,
  hasBoxes,
  type LaidOutput,
  type MaskRules,
  splitRows,
} from "@yolo-compile/vision";
import { readOutputs } from "./read-outputs.js";

/** How outputs of another form are held against decoded ones. */
export interface Restatement {
  readonly restate: Restate;
  /** The layouts of what is compared. */
  readonly layouts: readonly OutputLayout[];
  /** What is compared, for the user. */
  readonly told: string;
}

/**
 * How a model with such metadata is held against a reference whose outputs are decoded; undefined where its own are too.
 * @throws network/ending
 */
export function restatementOf(
  metadata: ReadonlyMap<string, string>,
  decoded: readonly OutputLayout[],
): Restatement | undefined {
  const facts = readEnding(metadata);
  if (!facts) return undefined;
  if (isOfMaps(facts)) return ofMaps(facts, metadata, decoded);
  if (facts.suppression) return ofSuppression(facts, facts.suppression, decoded);
  const best = bestOf(facts);
  return best ? ofBest(facts, best, decoded) : ofParts(facts, decoded);
}

/** The restatement of a compilation, whose reference is its decoded plain graph. */
export const restatementFor = ({
  optimized,
  reference,
}: Pick<CompiledGraphs, "optimized" | "reference">): Restatement | undefined =>
  restatementOf(optimized.metadata, reference.outputs);

/** The candidate's maps are decoded by our own code. */
function ofMaps(
  facts: EndingFacts,
  metadata: ReadonlyMap<string, string>,
  decoded: readonly OutputLayout[],
): Restatement {
  return {
    restate: (expected, found) => ({ expected, found: readOutputs(found, metadata)?.outputs ?? found }),
    layouts: decoded,
    told: `its ${facts.head} maps, decoded by our own code, are held against the boxes of the plain graph`,
  };
}

/** The reference's rows are taken apart by our own code. */
function ofParts(facts: EndingFacts, decoded: readonly OutputLayout[]): Restatement {
  return {
    restate: (expected, found) => ({ expected: takeApart(facts, expected, decoded), found }),
    layouts: facts.outputs,
    told: "its parts are held against the boxes of the plain graph, taken apart by our own code",
  };
}

const bestOf = ({ top, levels }: EndingFacts): BestRules | undefined =>
  top === undefined || !levels ? undefined : { top, levels };

const masksOf = ({ masks, maskStride }: EndingFacts): MaskRules | undefined =>
  masks === undefined || !maskStride ? undefined : { stride: maskStride, enlarged: masks === "image" };

const laidIn = (expected: Tensors, decoded: readonly OutputLayout[]): LaidOutput => {
  const layout = decoded.find(hasBoxes)!; // a network without boxes has no such ending
  return { tensor: expected.get(layout.output)!, layout };
};

/** The reference's rows of the boxes that the candidate chose, where these are the best. */
function ofBest({ outputs }: EndingFacts, best: BestRules, decoded: readonly OutputLayout[]): Restatement {
  const [rows, ...others] = outputs as readonly [OutputLayout, ...OutputLayout[]];
  const restate: Restate = (expected, found) => {
    const wanted = expectBest(laidIn(expected, decoded), found.get(rows.output)!, best);
    const rest = others.map(({ output }, index) => [output, expected.get(decoded[index + 1]!.output)!] as const);
    return { expected: new Map([[rows.output, wanted], ...rest]), found };
  };
  const told = `the best ${best.top} boxes of each level are held against those of the plain graph`;
  return { restate, layouts: outputs, told };
}

const MASKS = ", and their masks against what our own code puts together from its prototypes";

/** What stays of the reference's rows is found by the definition of suppression; parts are taken apart. */
function ofSuppression(facts: EndingFacts, rules: Suppression, decoded: readonly OutputLayout[]): Restatement {
  const { outputs, withParts } = facts;
  const best = bestOf(facts);
  const masks = masksOf(facts);
  const prototypes = decoded.length > 1 ? 1 : 0;
  const [rows, count, parts] = [outputs[0]!, outputs[1 + prototypes]!, outputs.slice(2 + prototypes)];
  const restate: Restate = (expected, found) => {
    const laid = laidIn(expected, decoded);
    const given = { rows: found.get(rows.output)!, count: found.get(count.output)! };
    const wanted = expectSuppression(laid, given, best ? { ...rules, best } : rules);
    const others = decoded.slice(1).map(({ output }, index): readonly [string, Tensor] => {
      const [name, own] = [outputs[1 + index]!.output, expected.get(output)!];
      return [name, masks ? expectMasks(own, wanted, given.rows, masks) : own];
    });
    const apart = withParts ? partsOf(facts, parts, laid, found) : new Map<string, Tensor>();
    return {
      expected: new Map([[rows.output, wanted.rows], ...others, [count.output, wanted.count], ...apart]),
      found,
    };
  };
  return {
    restate,
    layouts: outputs,
    told: `the rows that stay are held against the boxes of the plain graph, by the definition of suppression${masks ? MASKS : ""}`,
  };
}

/** What suppression chooses from: the rows of the best, or the reference's boxes taken apart. */
function partsOf(facts: EndingFacts, outputs: readonly OutputLayout[], laid: LaidOutput, found: Tensors): Tensors {
  const [rows] = outputs as readonly [OutputLayout];
  const best = bestOf(facts);
  if (best) return new Map([[rows.output, expectBest(laid, found.get(rows.output)!, best)]]);
  return takeApart({ ...facts, outputs }, new Map([[laid.layout.output, laid.tensor]]), [laid.layout]);
}

/** The outputs that the facts list, in their order: boxes, scores, coefficients where there are masks, then the others. */
function takeApart(
  { outputs, boxes: form }: EndingFacts,
  expected: Tensors,
  decoded: readonly OutputLayout[],
): Tensors {
  const laid = laidIn(expected, decoded);
  const { boxes, scores, coefficients } = splitRows(laid, form);
  const others = decoded.filter((each) => each !== laid.layout).flatMap(({ output }) => expected.get(output) ?? []);
  const parts: Tensor[] = [boxes, scores, ...(coefficients.shape[2]! > 0 ? [coefficients] : []), ...others];
  return new Map(outputs.map(({ output }, index) => [output, parts[index]!]));
}
