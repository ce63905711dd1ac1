/**
 * The largest allowed difference of an output from the reference, in the units of each kind of number; see
 * {@link compareTensors}.
 */
export interface Tolerance {
  readonly name: string;
  readonly relative: number;
  /** Root mean square of a part's errors that is not questioned; left out, any is allowed. See {@link allowedRms}. */
  readonly rms?: number;
}

/** Bit for bit, but for the sign of zero. */
export const EXACT: Tolerance = { name: "EXACT", relative: 0 };

/**
 * float32 with another order of rounding, as folded weights have: 4e-4 of a logit, a ten-thousandth of a box. Right graphs stay
 * below a fifth of it; docs/verification.md has what was measured.
 */
export const FOLD: Tolerance = { name: "FOLD", relative: 1e-4, rms: 2e-6 };

/** float32 on a GPU, whose kernels sum in another order and may use TF32 or fast exponentials. */
export const GPU_F32: Tolerance = { name: "GPU_F32", relative: 2e-3 };

/** float16 arithmetic: 11 bits, through a hundred layers. */
export const F16: Tolerance = { name: "F16", relative: 2e-2 };

/**
 * Measured on plain and folded graphs: where the last bits of an input move an answer by more than 1e-5, folding moves it by
 * less than twice as much, and six times once; docs/verification.md has the table.
 */
const ROUNDING = 10;

/**
 * The widest bound that still judges: under it a dead score, which is off by a quarter of its unit, and a logit that is off
 * by 0.5, which is a tenth, would fail.
 */
export const WIDEST = 5e-2;

/**
 * The bound of a difference from the plain graph: the tolerance, but for inputs whose last bits alone cause more than a
 * tenth of it, such as loud noise into saturated activations. No float32 graph can promise more there.
 */
export const allowedError = ({ relative }: Tolerance, movedByLastBits = 0): number =>
  Math.max(relative, ROUNDING * movedByLastBits);

/**
 * Measured where right graphs exceed `FOLD.rms`: their errors are at most 2.3 times what last bits do, as a root mean square
 * of a part. Faults that hide among single roundings begin at 4; docs/verification.md has the table.
 */
const ROUNDING_RMS = 3.5;

/** The bound of a part's root mean square, from that which last bits of the input, or of the weights, cause. */
export const allowedRms = (tolerance: number, movedByLastBits: number): number =>
  Math.max(tolerance, ROUNDING_RMS * movedByLastBits);
