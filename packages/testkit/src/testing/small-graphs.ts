import type { Graph } from "@yolo-compile/ir";
import fc from "fast-check";
import { type Choice, GraphGrower } from "./graph-grower.js";
import { STEPS } from "./growth-steps.js";

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.nat({ max: STEPS.length - 1 }),
  on: fc.nat({ max: 1000 }),
  a: fc.nat({ max: 1000 }),
  b: fc.nat({ max: 1000 }),
});

/**
 * Small float32 graphs of every op that a rule looks at: one map of 2 × 4 × 6 × 6, up to a dozen steps, weights that keep
 * magnitudes about one. Values that nobody uses are outputs, and some that somebody uses.
 */
export const smallGraphs = (maxSteps = 12): fc.Arbitrary<Graph> =>
  fc
    .record({ steps: fc.array(choice, { minLength: 1, maxLength: maxSteps }), kept: fc.nat({ max: 20 }) })
    .map(({ steps, kept }) => growGraph(steps, kept));

/** Later values are picked more often, so that graphs are deep rather than wide. */
function growGraph(steps: readonly Choice[], kept: number): Graph {
  const grower = new GraphGrower();
  grower.input([2, 4, 6, 6]);
  for (const step of steps) {
    const count = grower.values.length;
    const x = step.on % 3 === 0 ? grower.pick(step.on) : grower.values[count - 1]!;
    if (x.type.shape.length > 0) STEPS[step.kind]!(grower, x, step);
  }
  return grower.build((index) => index > 0 && index === kept);
}
