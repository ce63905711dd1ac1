/** What the process ends with. */
export const EXIT = { fine: 0, verdict: 1, badInput: 2, fault: 70 } as const;
