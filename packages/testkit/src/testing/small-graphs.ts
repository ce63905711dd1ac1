import { elementCount } from "@yolo-compile/core";
import { fixedShape, type Graph } from "@yolo-compile/ir";
import fc from "fast-check";
import { type Choice, GraphGrower } from "./graph-grower.js";
import { MOTIFS } from "./growth-motifs.js";
import { MOST_ELEMENTS, STEPS } from "./growth-steps.js";

const KINDS = [...STEPS, ...MOTIFS];

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.nat({ max: KINDS.length - 1 }),
  on: fc.nat({ max: 1000 }),
  a: fc.nat({ max: 1000 }),
  b: fc.nat({ max: 1000 }),
});

/**
 * Small float32 graphs of every op that a rule looks at: one map of 2 × 4 × 6 × 6, up to a dozen steps, weights that keep
 * magnitudes about one. Outputs are the values that nobody uses; at times one of them is dead code instead, or a value that
 * somebody uses is an output too.
 */
export const smallGraphs = (maxSteps = 12): fc.Arbitrary<Graph> =>
  fc
    .record({ steps: fc.array(choice, { minLength: 1, maxLength: maxSteps, size: "max" }), kept: fc.nat({ max: 20 }) })
    .map(({ steps, kept }) => growGraph(steps, kept));

/** Later values are picked more often, so that graphs are deep rather than wide. */
function growGraph(steps: readonly Choice[], kept: number): Graph {
  const grower = new GraphGrower();
  grower.input([2, 4, 6, 6]);
  for (const step of steps) {
    const count = grower.values.length;
    const x = step.on % 3 === 0 ? grower.pick(step.on) : grower.values[count - 1]!;
    const fits = x.type.shape.length > 0 && elementCount(fixedShape(x)) <= MOST_ELEMENTS;
    if (fits) KINDS[step.kind]!(grower, x, step);
  }
  return grower.build((index, used) => used === (index === kept));
}
