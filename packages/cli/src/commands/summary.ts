import type { CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon, withPlan, withWeights } from "../options.js";
import type { SummaryOptions } from "../run-summary.js";

const EXAMPLES: readonly Example[] = [
  ["summary yolov5s", "a network that is built in"],
  ["summary best.pt", "the network of a checkpoint"],
];

/** `summary`: the table on stdout, the modules' notes on stderr. */
export const summaryCommand: CommandModule<object, SummaryOptions> = {
  command: "summary <files..>",
  describe: "print YOLOv5's table of a yaml, or of a checkpoint that carries its own",
  builder: (yargs) =>
    withPlan(withWeights(withCommon(withExamples(yargs, EXAMPLES))))
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "a yaml, a name such as yolov5s, or a checkpoint that carries its own",
      })
      .option("imgsz", { alias: "img", array: true, default: [640], describe: "image size that the notes are about" }),
  handler: async (given) => (await import("../run-summary.js")).runSummary(given),
};
