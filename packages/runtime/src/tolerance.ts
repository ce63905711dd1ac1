/** How far an output may be from the reference, as a fraction of its scale; see {@link compareTensors}. */
export interface Tolerance {
  readonly name: string;
  readonly relative: number;
}

/** Bit for bit, but for the sign of zero. */
export const EXACT: Tolerance = { name: "EXACT", relative: 0 };

/**
 * float32 with another order of rounding, as folded weights have. A right graph stays below 1e-5; the least wrong one that
 * we know (BatchNorm eps 1e-5 for 1e-3) is above 1e-2.
 */
export const FOLD: Tolerance = { name: "FOLD", relative: 1e-4 };

/** float32 on a GPU, whose kernels sum in another order and may use TF32 or fast exponentials. */
export const GPU_F32: Tolerance = { name: "GPU_F32", relative: 2e-3 };

/** float16 arithmetic: 11 bits, through a hundred layers. */
export const F16: Tolerance = { name: "F16", relative: 2e-2 };

/**
 * Measured on plain and folded graphs: where the last bits of an input move an answer by more than 1e-5, folding moves it by
 * less than twice as much, and 5.5 times once, where one hot pixel decides a softmax.
 */
const ROUNDING = 10;

/**
 * How far an answer may be from the plain graph's: as the tolerance says, but for inputs whose last bits alone move it by more
 * than a tenth of that, such as 0 to 255 into saturated activations. No float32 graph can promise more there.
 */
export function widenTolerance(tolerance: Tolerance, movedByLastBits: number): Tolerance {
  const relative = ROUNDING * movedByLastBits;
  return relative > tolerance.relative ? { name: `${ROUNDING} times what the last bits do`, relative } : tolerance;
}
