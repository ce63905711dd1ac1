import { PROVIDERS } from "@yolo-compile/proof";
import type { Argv, CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon, withLoudness, withWeights } from "../options.js";
import type { DetectOptions } from "../run-detect.js";

const EXAMPLES: readonly Example[] = [
  ["detect best.onnx bus.jpg", "boxes as a table, and drawn into bus.detected.jpg"],
  ["detect best.pt val/ -o found/ --save-txt", "a checkpoint, on a folder of pictures, with label files"],
  ["classify best-cls.onnx bus.jpg", "what the picture shows"],
];

const options = (yargs: Argv) =>
  withWeights(withLoudness(withCommon(withExamples(yargs, EXAMPLES))))
    .positional("model", {
      type: "string",
      demandOption: true,
      describe: "an ONNX model, or a checkpoint that carries its yaml",
    })
    .positional("images", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "pictures, folders of them, or patterns such as val/*.jpg",
    })
    .option("output", {
      alias: "o",
      type: "string",
      describe: "a picture, or a folder for several  [default: <image>.detected.<ext>]",
    })
    .option("draw", { type: "boolean", default: true, describe: "write pictures with boxes" })
    .option("conf", { type: "number", default: 0.25, describe: "least score" })
    .option("iou", { type: "number", default: 0.45, describe: "greatest overlap of two boxes of a class" })
    .option("max-det", { type: "number", default: 1000, describe: "most objects on a picture" })
    .option("agnostic", { type: "boolean", default: false, describe: "boxes of other classes overlap too" })
    .option("classes", { type: "number", array: true, describe: "only objects of these classes, by number" })
    .option("save-txt", {
      type: "boolean",
      default: false,
      describe: "write label files in YOLO's format: class x y w h",
    })
    .option("save-conf", { type: "boolean", default: false, describe: "--save-txt: the score behind each line" })
    .option("imgsz", { alias: "img", array: true, describe: "for a model with free image size, or a checkpoint" })
    .option("provider", { choices: ["auto", ...PROVIDERS.keys()], default: "cpu", describe: "where the network runs" });

/** Runs a model on pictures. */
export const detectCommand = (setExitCode: (code: number) => void): CommandModule<object, DetectOptions> => ({
  command: ["detect <model> <images..>", "classify"],
  describe: "run a model on pictures: boxes as a table and drawn on copies, or the five likeliest classes",
  builder: options,
  handler: async (given) => {
    const { runDetect } = await import("../run-detect.js");
    setExitCode(await runDetect(given));
  },
});
