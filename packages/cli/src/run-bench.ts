import { findProvider, measureModels, runtimeVersion } from "@yolo-compile/proof";
import { positiveInteger } from "./numbers.js";
import type { LoudnessOptions } from "./options.js";
import { openTerminal } from "./terminal.js";
import { printBench } from "./views/bench.js";

/** The options of `bench`, as yargs gives them. */
export interface BenchOptions extends LoudnessOptions {
  readonly models: readonly string[];
  readonly rounds: number;
  readonly threads: number;
  readonly seed: number;
  readonly provider: string;
  readonly json: boolean;
}

/** Times the models and prints their ratios to the first. @throws runtime/… */
export async function runBench(options: BenchOptions): Promise<void> {
  const rounds = positiveInteger("rounds", options.rounds);
  const threads = positiveInteger("threads", options.threads);
  const provider = findProvider(options.provider);
  const terminal = openTerminal(options);
  terminal.step("opening the models");
  try {
    const measured = await measureModels(
      options.models.map((name) => ({ name, source: name })),
      {
        provider,
        threads,
        rounds,
        seed: options.seed,
        onRound: (round) => terminal.step(`round ${round + 1} of ${rounds}`),
      },
    );
    terminal.endStep();
    const found = { ...measured, provider: provider.name, threads, runtime: await runtimeVersion() };
    printBench(found, terminal);
    terminal.printJson(() => found);
  } finally {
    terminal.endStep();
  }
}
