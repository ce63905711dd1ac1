import { OPSETS, PIPELINE_NAMES, PROVIDERS } from "@yolo-compile/compiler";
import type { Argv, CommandModule } from "yargs";
import { withObserver } from "../observer.js";
import { withCommon, withWeights } from "../options.js";
import { type CompileOptions, runCompile } from "../run-compile.js";

const options = (yargs: Argv) =>
  withObserver(withWeights(withCommon(yargs)))
    .positional("files", { type: "string", array: true, describe: "a yaml, weights, or both in either order" })
    .option("output", { alias: "o", type: "string", describe: "the .onnx file  [default: <name>.onnx]" })
    .option("imgsz", { alias: "img", array: true, default: [640], describe: "image height, and width if another" })
    .option("batch", { type: "number", default: 1, describe: "images at a time" })
    .option("opset", {
      type: "number",
      default: OPSETS.default,
      describe: `ONNX opset, ${OPSETS.min} to ${OPSETS.max}`,
    })
    .option("passes", { choices: PIPELINE_NAMES, default: "full", describe: "how much is rewritten" })
    .option("random-weights", { type: "number", describe: "make weights up from this seed" })
    .option("partial", {
      type: "boolean",
      default: false,
      describe: "take the weights that fit, say which do not, and make up the rest",
    })
    .option("verify", { type: "boolean", default: true, describe: "run the plain and the optimised graph and compare" })
    .option("provider", {
      choices: ["auto", ...PROVIDERS.keys()],
      describe: "where verification computes besides the CPU  [default: cpu; auto with --require-gpu]",
    })
    .option("require-gpu", { type: "boolean", default: false, describe: "fail where no GPU computes" })
    .option("seed", { type: "number", default: 1, describe: "seed of the verification's input" })
    .example("$0 best.pt", "with the checkpoint's own yaml, at 640x640")
    .example("$0 yolov5s.yaml weights.safetensors --imgsz 384 640", "with another size");

/** The main job: yaml and weights to a verified ONNX file. */
export const compileCommand = (setExitCode: (code: number) => void): CommandModule<object, CompileOptions> => ({
  command: "$0 [files..]",
  describe: "compile a yaml and weights, or a checkpoint that carries its own yaml, to ONNX",
  builder: (yargs) => options(yargs) as unknown as Argv<CompileOptions>, // yargs types a default as any string
  handler: async (given) => setExitCode(await runCompile(given)),
});
