/** Statistics of a BatchNormalization over `channels`, other ones for each `seed`: `%g7, %b7, …`. */
export const statistics = (seed: number, channels: number): string => `
  %g${seed} = f32[${channels}] random ${seed}1 in [-2, 2]
  %b${seed} = f32[${channels}] random ${seed}2
  %m${seed} = f32[${channels}] random ${seed}3
  %v${seed} = f32[${channels}] random ${seed}4 in [0.1, 3]`;

/** A BatchNormalization of `%x` with those statistics, as `%out`. */
export const norm = (seed: number, x: string, out: string, path = ""): string =>
  `%${out} = BatchNormalization(%${x}, %g${seed}, %b${seed}, %m${seed}, %v${seed}) {epsilon=0.001} @ ${path || "b"}`;

/** The text of a graph of `%x` with these lines. */
export const graph = (lines: string, { x = "f32[2,4,9,7]", result = "%y" } = {}): string => `graph t(%x: ${x}) {
  ${lines}
  return ${result}
}`;
