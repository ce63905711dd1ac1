/** Milliseconds by stage, in order. */
export interface Stopwatch {
  /** Ends the stage that runs and names it. */
  lap(stage: string): void;
  /** Every stage and `total`, which counts from the start of the process; tenths of a millisecond. */
  elapsedMs(): Readonly<Record<string, number>>;
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
    elapsedMs: () =>
      Object.fromEntries([...laps, ["total", performance.now()] as const].map(([stage, ms]) => [stage, tenths(ms)])),
  };
}
