import { type OutputLayout, toFloat64 } from "@yolo-compile/core";
import { type ExpectedCase, gridOf } from "@yolo-compile/runtime";

/** The slope p(1-p) below which a shift of the logit by 0.1 moves p by less than twice what rounding may. */
const LEAST_SLOPE = 2e-5;

/** A function that tells whether all numbers of an output's column are that near to 0 or 1 in every answer. */
export function saturation(
  cases: readonly ExpectedCase[],
  layouts: readonly OutputLayout[],
): (output: string, column: number) => boolean {
  const slopes = new Map(layouts.map((layout) => [layout.output, largestSlopes(cases, layout)]));
  return (output, column) => (slopes.get(output)?.[column] ?? 0) < LEAST_SLOPE;
}

function largestSlopes(cases: readonly ExpectedCase[], { output, axis }: OutputLayout): Float64Array {
  const { columns } = gridOf(cases[0]?.outputs.get(output)?.shape ?? [], axis);
  const slopes = new Float64Array(columns);
  for (const { outputs } of cases) {
    const answer = outputs.get(output)!;
    const { inner } = gridOf(answer.shape, axis);
    toFloat64(answer).forEach((value, index) => {
      const column = Math.floor(index / inner) % columns;
      slopes[column] = Math.max(slopes[column]!, value * (1 - value));
    });
  }
  return slopes;
}
