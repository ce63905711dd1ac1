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
