/** The opsets that can be written and read, and the one that is written unless another is asked for. */
export const OPSETS = { min: 11, max: 26, default: 17 } as const;
