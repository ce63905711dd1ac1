import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { type EndingFacts, isOfMaps, readEnding, type Suppression } from "@yolo-compile/network";
import type { Restate, Tensors } from "@yolo-compile/runtime";
import { expectSuppression, hasBoxes, splitRows } from "@yolo-compile/vision";
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
  return facts.suppression ? ofSuppression(facts, facts.suppression, decoded) : ofParts(facts, decoded);
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

/** What stays of the reference's rows is found by the definition of suppression; parts are taken apart. */
function ofSuppression(facts: EndingFacts, rules: Suppression, decoded: readonly OutputLayout[]): Restatement {
  const { outputs, withParts } = facts;
  const prototypes = decoded.length > 1 ? 1 : 0;
  const [rows, count, parts] = [outputs[0]!, outputs[1 + prototypes]!, outputs.slice(2 + prototypes)];
  const restate: Restate = (expected, found) => {
    const boxes = decoded.find(hasBoxes)!; // a network without boxes has no such ending
    const laid = { tensor: expected.get(boxes.output)!, layout: boxes };
    const given = { rows: found.get(rows.output)!, count: found.get(count.output)! };
    const wanted = expectSuppression(laid, given, rules);
    const others = decoded
      .slice(1)
      .map(({ output }, index) => [outputs[1 + index]!.output, expected.get(output)!] as const);
    const apart = withParts ? takeApart({ ...facts, outputs: parts }, expected, [boxes]) : new Map<string, Tensor>();
    return {
      expected: new Map([[rows.output, wanted.rows], ...others, [count.output, wanted.count], ...apart]),
      found,
    };
  };
  return {
    restate,
    layouts: outputs,
    told: "the rows that stay are held against the boxes of the plain graph, by the definition of suppression",
  };
}

/** The outputs that the facts list, in their order: boxes, scores, coefficients where there are masks, then the others. */
function takeApart(
  { outputs, boxes: form }: EndingFacts,
  expected: Tensors,
  decoded: readonly OutputLayout[],
): Tensors {
  const layout = decoded.find(hasBoxes)!; // a network without boxes has no such ending
  const { boxes, scores, coefficients } = splitRows({ tensor: expected.get(layout.output)!, layout }, form);
  const others = decoded.filter((each) => each !== layout).flatMap(({ output }) => expected.get(output) ?? []);
  const parts: Tensor[] = [boxes, scores, ...(coefficients.shape[2]! > 0 ? [coefficients] : []), ...others];
  return new Map(outputs.map(({ output }, index) => [output, parts[index]!]));
}
