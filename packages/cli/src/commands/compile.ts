import type { Argv, CommandModule } from "yargs";
import { type Example, VERIFICATION, withExamples } from "../help.js";
import { withObserver } from "../observer-options.js";
import { withCommon, withLoudness, withNetwork, withProvider, withVerifySizes } from "../options.js";
import { withPictures } from "../picture-options.js";
import { withPrecision } from "../precision-options.js";
import { withReport } from "../report-option.js";
import type { CompileOptions } from "../run-compile.js";

const EXAMPLES: readonly Example[] = [
  ["best.pt", "with the checkpoint's own yaml, at 640x640"],
  ["best.pt --imgsz 384 640 -o small.onnx", "for pictures of that height and width"],
  ["best.pt --dynamic batch height width", "for any number of pictures, of any multiple of the stride"],
  ["yolov5s.yaml weights.safetensors", "with a yaml, or a built-in one by its name"],
  ["best.pt --half --images val/", "in float16, judged by what it finds as well"],
  ["best.pt --nms onnx", "with suppression inside the graph"],
  ["best.pt -o - > best.onnx", "to stdout"],
];

const options = (yargs: Argv) =>
  withPictures(
    withReport(
      withProvider(
        withPrecision(
          withVerifySizes(withNetwork(withObserver(withLoudness(withCommon(withExamples(yargs, EXAMPLES)))))),
        ),
      ),
    ),
  )
    .positional("files", { type: "string", array: true, describe: "a yaml, weights, or both in either order" })
    .option("output", { alias: "o", type: "string", describe: "the .onnx file  [default: <name>.onnx]" })
    .option("external-data", {
      type: "boolean",
      default: false,
      describe: "put the weights into a file beside the model, as is done from 2 GB on",
    })
    .option("verify", {
      type: "boolean",
      default: true,
      describe: "run the plain and the optimised graph and compare",
      group: VERIFICATION,
    });

/** The main job: yaml and weights to a verified ONNX file. */
export const compileCommand = (setExitCode: (code: number) => void): CommandModule<object, CompileOptions> => ({
  command: "$0 [files..]",
  describe: "compile a yaml and weights, or a checkpoint that carries its own yaml, to ONNX",
  builder: options,
  handler: async (given) => {
    const { runCompile } = await import("../run-compile.js");
    setExitCode(await runCompile(given));
  },
});
