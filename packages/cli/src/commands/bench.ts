import { PROVIDERS } from "@yolo-compile/proof";
import type { Argv, CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon, withLoudness } from "../options.js";
import type { BenchOptions } from "../run-bench.js";

const EXAMPLES: readonly Example[] = [
  ["bench best.onnx", "how long a run takes, and how sure that is"],
  ["bench plain.onnx best.onnx", "the second model's time as a ratio to the first's"],
];

const options = (yargs: Argv) =>
  withLoudness(withCommon(withExamples(yargs, EXAMPLES)))
    .positional("models", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "ONNX models of fixed sizes; all are compared with the first",
    })
    .option("rounds", { type: "number", default: 50, describe: "how often each model runs" })
    .option("threads", { type: "number", default: 1, describe: "threads within an operator, on the CPU" })
    .option("seed", { type: "number", default: 1, describe: "seed of the noise that models get, and of their order" })
    .option("provider", { choices: [...PROVIDERS.keys()], default: "cpu", describe: "where the models run" });

/** `bench`: times models against each other. */
export const benchCommand: CommandModule<object, BenchOptions> = {
  command: "bench <models..>",
  describe: "time models against each other, in turns, and say what is within the noise of the machine",
  builder: options,
  handler: async (given) => (await import("../run-bench.js")).runBench(given),
};
