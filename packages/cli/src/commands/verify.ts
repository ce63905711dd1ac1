import type { Argv, CommandModule } from "yargs";
import { type Example, VERIFICATION, withExamples } from "../help.js";
import { withCommon, withLoudness, withNetwork, withProvider, withVerifySizes } from "../options.js";
import { withPictures } from "../picture-options.js";
import { withReport } from "../report-option.js";
import type { VerifyCommandOptions } from "../run-verify.js";

const EXAMPLES: readonly Example[] = [
  ["verify best.pt --report out.html", "our two graphs of one checkpoint, as a page"],
  [
    "verify best.pt theirs.onnx --bisect",
    "a model by the checkpoint that it was made from, and where it begins to differ",
  ],
  ["verify theirs.onnx best.onnx --images val/", "any two models, and their detections"],
  ["verify best.onnx --golden golden/", "a model by answers that are known"],
  ["verify best.pt --self-test", "how many deliberate faults are noticed"],
];

const options = (yargs: Argv) =>
  withPictures(
    withReport(withProvider(withVerifySizes(withNetwork(withLoudness(withCommon(withExamples(yargs, EXAMPLES))))))),
  )
    .positional("files", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "a checkpoint (or yaml and weights), two models, a checkpoint and a model, or a model with --golden",
    })
    .option("golden", { type: "string", describe: "folder with <name>.npy for every input and output of the model" })
    .option("input", {
      type: "string",
      array: true,
      describe: "a .npy file, or a folder with <input>.npy, to run on too",
    })
    .option("magnitudes", { type: "boolean", default: false, describe: "run on numbers that no camera gives, too" })
    .option("tolerance", { type: "number", describe: "largest error, as a share of an output's scale" })
    .option("layers", {
      type: "boolean",
      describe: "compare values inside the graphs, row by row  [default: for a checkpoint, not for finished models]",
    })
    .option("bisect", {
      type: "boolean",
      default: false,
      describe: "find the first rewrite, or the first row of another tool's model, that exceeds the tolerance",
    })
    .option("budget", {
      type: "boolean",
      describe: "say what causes how much of the difference  [default: for a page about a checkpoint]",
    })
    .option("self-test", { type: "boolean", default: false, describe: "make faults on purpose and count those found" })
    .option("conf", { type: "number", default: 0.25, describe: "pictures: least score" })
    .option("iou", { type: "number", default: 0.45, describe: "pictures: greatest overlap of two boxes of a class" })
    .option("min-iou", { type: "number", describe: "pictures: least overlap of a box with its twin" })
    .option("max-score-delta", { type: "number", describe: "pictures: largest change of a score" })
    .option("min-mask-iou", { type: "number", describe: "pictures: least overlap of a mask with its twin" })
    .group(["golden", "input", "magnitudes", "tolerance", "layers", "bisect", "budget", "self-test"], VERIFICATION)
    .group(["min-iou", "max-score-delta", "min-mask-iou"], "Detections on pictures:");

/** Judges whether models compute the same. */
export const verifyCommand = (setExitCode: (code: number) => void): CommandModule<object, VerifyCommandOptions> => ({
  command: "verify <files..>",
  describe: "judge whether two models, or the graphs of one checkpoint, compute the same",
  builder: options,
  handler: async (given) => {
    const { runVerify } = await import("../run-verify.js");
    setExitCode(await runVerify(given));
  },
});
