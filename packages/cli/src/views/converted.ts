import type { ConvertedWeights } from "@yolo-compile/compiler";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { line, megabytes } from "./text.js";

/** A finished conversion, for the views. */
export interface Converted extends ConvertedWeights {
  readonly input: string;
  readonly inputFormat: string;
  readonly output: string;
}

/** The document of `convert --json`. */
export const convertDocument = (result: Converted) => ({
  input: result.input,
  inputFormat: result.inputFormat,
  sha256: result.sha256,
  output: result.output,
  format: result.format,
  bytes: result.file.byteLength,
  weights: result.weights,
  yaml: result.carriesYaml,
  notes: result.notes,
});

/** Prints a conversion. */
export function printConverted(result: Converted, terminal: Terminal): void {
  const { input, inputFormat, output, format, file, weights, carriesYaml } = result;
  terminal.print(line("read", `${input}, ${inputFormat}, ${weights} weights`));
  terminal.print(line("wrote", `${out.bold(output)}, ${format}, ${megabytes(file.byteLength)}`));
  const next = carriesYaml ? `yolo-compile ${output}` : `yolo-compile model.yaml ${output}`;
  terminal.print(line("compile", out.dim(next)));
}
