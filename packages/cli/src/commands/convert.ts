import type { Argv, CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon, withWeights, withYaml } from "../options.js";
import type { ConvertOptions } from "../run-convert.js";

const EXAMPLES: readonly Example[] = [
  ["convert best.pt -o weights.bin", "weights, yaml and names without a pickle"],
  ["convert state.pt --cfg yolov5s.yaml -o weights.bin", "with a yaml put in"],
];

const options = async (yargs: Argv) => {
  const { WRITABLE_EXTENSIONS } = await import("../run-convert.js");
  return withYaml(withWeights(withCommon(withExamples(yargs, EXAMPLES))))
    .positional("weights", { type: "string", demandOption: true, describe: "weights in any format that is read" })
    .option("output", {
      alias: "o",
      type: "string",
      demandOption: true,
      describe: `the file to write; its extension says the format: ${WRITABLE_EXTENSIONS.join(", ")}`,
    })
    .option("cfg", { type: "string", describe: "a yaml to put in, for weights that carry none" });
};

/** Weights from any format to another. */
export const convertCommand: CommandModule<object, ConvertOptions> = {
  command: "convert <weights>",
  describe: "write weights in another format: safetensors (.bin, .safetensors), .npz, .wts",
  builder: options,
  handler: async (given) => (await import("../run-convert.js")).runConvert(given),
};
