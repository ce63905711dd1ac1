/** Milliseconds by stage, in order. */
export interface Stopwatch {
  /** Ends the current stage under this name. */
  lap(stage: string): void;
  elapsedMs(): ElapsedMs;
}

/** Every stage and `total`, which counts from the start of the process; tenths of a millisecond. */
export interface ElapsedMs {
  readonly total: number;
  readonly [stage: string]: number;
}

const tenths = (elapsedMs: number): number => Math.round(elapsedMs * 10) / 10;

/** The first stage, `start`, counts from the start of the process: loading the program is part of what a user waits for. */
export function startStopwatch(): Stopwatch {
  const laps = new Map<string, number>([["start", performance.now()]]);
  let last = performance.now();
  return {
    lap: (stage) => {
      const now = performance.now();
      laps.set(stage, (laps.get(stage) ?? 0) + now - last);
      last = now;
    },
    elapsedMs: () => ({
      ...Object.fromEntries([...laps].map(([stage, ms]) => [stage, tenths(ms)])),
      total: tenths(performance.now()),
    }),
  };
}
