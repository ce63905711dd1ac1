import { WRITABLE_FORMATS } from "@yolo-compile/compiler";
import type { Argv, CommandModule } from "yargs";
import { withCommon, withWeights, withYaml } from "../options.js";
import { type ConvertOptions, runConvert } from "../run-convert.js";

const options = (yargs: Argv) =>
  withYaml(withWeights(withCommon(yargs)))
    .positional("weights", { type: "string", demandOption: true, describe: "weights in any format that is read" })
    .option("output", {
      alias: "o",
      type: "string",
      demandOption: true,
      describe: `the file to write; its extension says the format: ${[...WRITABLE_FORMATS.keys()].join(", ")}`,
    })
    .option("cfg", { type: "string", describe: "a yaml to put in, for weights that carry none" })
    .example("$0 convert best.pt -o weights.bin", "weights, yaml and names without a pickle: yolo-compile weights.bin")
    .example("$0 convert state.pt --cfg yolov5s.yaml -o weights.bin", "with a yaml put in");

/** Weights from any format to another. */
export const convertCommand: CommandModule<object, ConvertOptions> = {
  command: "convert <weights>",
  describe: "write weights in another format: safetensors (.bin, .safetensors), .npz, .wts",
  builder: options,
  handler: runConvert,
};
