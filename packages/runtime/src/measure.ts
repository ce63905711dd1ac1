import { type Tensor, uniformStream } from "@yolo-compile/core";
import { seededInputs } from "./inputs.js";
import { type Estimate, estimateMedian } from "./median.js";
import { CPU } from "./providers.js";
import { type ModelSource, openSession, type Session, type SessionOptions } from "./session.js";

/** The time of one run in milliseconds: on a clock, and of the processor, summed over threads. */
export interface RunTime {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Which of the two times models are compared by. */
export type Clock = "cpu" | "wall";

/** One round: the time of each model, and of the first one in a second session. */
export interface Round {
  readonly times: readonly RunTime[];
  readonly again: RunTime;
}

/** How models are measured. */
export interface MeasureOptions extends Pick<SessionOptions, "provider" | "threads"> {
  readonly rounds: number;
  /** Of the noise that models get, and of the order in each round. */
  readonly seed: number;
  /** What models run on in place of noise. */
  readonly inputs?: ReadonlyMap<string, Tensor>;
  readonly onRound?: (round: number) => void;
}

/** A model's time, and its ratio to that of the first model in the same round. */
export interface MeasuredModel {
  readonly name: string;
  readonly wallMs: Estimate;
  readonly cpuMs: Estimate;
  readonly ratio: Estimate;
  /** Whether it takes less time than the first model, or more; undefined where that is within the noise. */
  readonly verdict?: "faster" | "slower";
}

/** What was measured, all relative to the first model. */
export interface Measurement {
  readonly clock: Clock;
  readonly rounds: number;
  readonly models: readonly MeasuredModel[];
  /** The ratio of the first model to itself in a second session. */
  readonly noise: Estimate;
  /** The distance from 1 that a ratio needs to tell anything. */
  readonly noiseFloor: number;
  /** Whether the machine is too noisy to tell models apart that differ by less than a tenth. */
  readonly tooNoisy: boolean;
}

/** A model with its name in the result. */
export interface NamedModel {
  readonly name: string;
  readonly source: ModelSource;
}

/** Runs before the first that counts: memory is there then, and caches are warm. */
const WARM_UP = 2;

/** A noise floor in which nothing can be told. */
const TOO_NOISY = 0.1;

/**
 * Times models against the first of them. All sessions are open at once and take turns in an order that is shuffled in every
 * round, so that a drift of the machine meets all of them; ratios are those within a round. One thread on the CPU is judged by
 * processor time, which others on the machine hardly change; all else by the clock.
 * @throws runtime/…
 */
export async function measureModels(models: readonly NamedModel[], options: MeasureOptions): Promise<Measurement> {
  const rounds: Round[] = [];
  const sessions: Session[] = [];
  try {
    for (const { name, source } of [...models, models[0]!])
      sessions.push(await openSession(source, { ...options, level: "all", name }));
    const runs = sessions.map((session) => timedRun(session, options.inputs ?? seededInputs(session, options.seed)));
    for (const run of runs) for (let turn = 0; turn < WARM_UP; turn++) await run();
    const next = uniformStream(options.seed);
    for (let round = 0; round < options.rounds; round++) {
      options.onRound?.(round);
      const times: RunTime[] = [];
      for (const at of shuffledTo(runs.length, next)) times[at] = await runs[at]!();
      rounds.push({ times: times.slice(0, -1), again: times.at(-1)! });
    }
  } finally {
    for (const session of sessions) await session.release();
  }
  const clock = options.provider === CPU && options.threads === 1 ? "cpu" : "wall";
  return judgeRounds(
    models.map(({ name }) => name),
    rounds,
    clock,
  );
}

const timedRun = (session: Session, inputs: ReadonlyMap<string, Tensor>) => async (): Promise<RunTime> => {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await session.run(inputs);
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
};

/** The numbers below `count` in an order by `next`. */
const shuffledTo = (count: number, next: () => number): readonly number[] =>
  Array.from({ length: count }, (_, at) => ({ at, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ at }) => at);

/** What rounds say of the models of those names. There is at least one of either. */
export function judgeRounds(names: readonly string[], rounds: readonly Round[], clock: Clock): Measurement {
  const timeOf = (time: RunTime): number => (clock === "cpu" ? time.cpuMs : time.wallMs);
  const ratioOf = (pick: (round: Round) => RunTime): Estimate =>
    estimateMedian(rounds.map((round) => timeOf(pick(round)) / timeOf(round.times[0]!)));
  const noise = ratioOf(({ again }) => again);
  const noiseFloor = Math.max(noise.high - 1, 1 - noise.low, 0);
  const models = names.map((name, at): MeasuredModel => {
    const ratio = ratioOf(({ times }) => times[at]!);
    const verdict = ratio.high < 1 - noiseFloor ? "faster" : ratio.low > 1 + noiseFloor ? "slower" : undefined;
    const times = rounds.map((round) => round.times[at]!);
    return {
      name,
      wallMs: estimateMedian(times.map(({ wallMs }) => wallMs)),
      cpuMs: estimateMedian(times.map(({ cpuMs }) => cpuMs)),
      ratio,
      ...(verdict && { verdict }),
    };
  });
  return { clock, rounds: rounds.length, models, noise, noiseFloor, tooNoisy: noiseFloor > TOO_NOISY };
}
