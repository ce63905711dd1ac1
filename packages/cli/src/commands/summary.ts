import { formatSummary, loadNetwork, type Summary, summarize } from "@yolo-compile/compiler";
import type { CommandModule } from "yargs";
import { openInputs } from "../inputs.js";
import { withCommon } from "../options.js";
import { openTerminal } from "../terminal.js";

interface SummaryOptions {
  readonly files: readonly string[];
  readonly json: boolean;
}

export const summaryCommand: CommandModule<object, SummaryOptions> = {
  command: "summary <files..>",
  describe: "print YOLOv5's table of a yaml, or of a checkpoint that carries its own",
  builder: (yargs) =>
    withCommon(yargs).positional("files", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "a yaml, or a checkpoint that carries its own",
    }),
  handler: ({ files, json }) => {
    const terminal = openTerminal(json);
    const { config, checkpoint } = openInputs(files);
    try {
      const summary = summarize(loadNetwork(config, checkpoint));
      terminal.print(formatSummary(summary));
      terminal.printJson(asJson(summary));
    } finally {
      checkpoint?.close();
    }
  },
};

const asJson = ({ name, rows, layers, parameters, gflops, strides }: Summary) => ({
  name,
  layers,
  parameters,
  gradients: parameters,
  gflops: Number(gflops.toFixed(4)),
  strides,
  rows,
});
