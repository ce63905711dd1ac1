import type { CommandModule } from "yargs";
import { type Example, withExamples } from "../help.js";
import { withCommon, withPlan } from "../options.js";
import type { InspectOptions } from "../run-inspect.js";

const EXAMPLES: readonly Example[] = [
  ["inspect best.pt", "what is in a checkpoint"],
  ["inspect best.pt --cfg yolov5s.yaml", "how its weights fit a yaml"],
];

/** `inspect`; exit code 1 where weights do not fit the yaml of `--cfg`. */
export const inspectCommand = (setExitCode: (code: number) => void): CommandModule<object, InspectOptions> => ({
  command: "inspect <file>",
  describe: "say what is in a checkpoint or an ONNX model; nothing in it is run",
  builder: (yargs) =>
    withPlan(withCommon(withExamples(yargs, EXAMPLES)))
      .positional("file", { type: "string", demandOption: true, describe: "a checkpoint or an ONNX model" })
      .option("tensors", { type: "boolean", default: false, describe: "list every tensor, and all that does not fit" })
      .option("cfg", { type: "string", describe: "say how the weights fit this yaml; exit code 1 if they do not" })
      .option("imgsz", { alias: "img", array: true, default: [640], describe: "image size that --cfg is traced at" }),
  handler: async (given) => {
    const { runInspect } = await import("../run-inspect.js");
    setExitCode(runInspect(given));
  },
});
