import { convertWeights, inputKind, WRITABLE_FORMATS } from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";
import { type FileSource, openFile, writeWhole } from "./files.js";
import { openConfig, openWeights } from "./inputs.js";
import type { WeightsOptions, YamlOptions } from "./options.js";
import { checkIsNoInput } from "./output-target.js";
import { sha256Of } from "./sha256.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { type Converted, convertDocument, printConverted } from "./views/converted.js";

/** The extensions of what can be written. */
export const WRITABLE_EXTENSIONS: readonly string[] = [...WRITABLE_FORMATS.keys()];

/** The options of `convert`, as yargs gives them. */
export interface ConvertOptions extends WeightsOptions, YamlOptions {
  readonly weights: string;
  readonly output: string;
  readonly cfg?: string | undefined;
  readonly json: boolean;
}

/** Reads weights, writes them in the format of the output's extension, and moves the whole file into place. */
export function runConvert(options: ConvertOptions): void {
  const { weights, output, cfg } = options;
  const terminal = openTerminal(options);
  checkIsNoInput("output", output, [weights, cfg]);
  const file = openFile(weights);
  try {
    writeConverted(convert(file, options, terminal), terminal);
  } finally {
    terminal.endStep();
    file.close();
  }
}

function convert(file: FileSource, options: ConvertOptions, terminal: Terminal): Converted {
  const { name: input } = file;
  const { output, cfg, modules } = options;
  if (inputKind(file) === "config")
    throw usage(`${input} is a yaml, not weights`, "give it as --cfg, and the weights first");
  const checkpoint = openWeights(file, options);
  const config = cfg === undefined ? undefined : openConfig(cfg);
  const sha256 = (): string => {
    terminal.step(`reading ${input}`);
    return sha256Of(file);
  };
  const converted = convertWeights({
    checkpoint,
    output,
    sha256,
    ...(config && { config }),
    ...(modules && { modules }),
  });
  return { ...converted, input, inputFormat: checkpoint.format, output };
}

function writeConverted(converted: Converted, terminal: Terminal): void {
  const { output, notes } = converted;
  writeWhole(output, told(converted, terminal));
  terminal.report(notes);
  printConverted(converted, terminal);
  terminal.printJson(() => convertDocument(converted));
}

/** The chunks; a line shows the progress. */
function* told({ file, output }: Converted, terminal: Terminal): Generator<Uint8Array> {
  let done = 0;
  let shown = -1;
  for (const chunk of file.chunks()) {
    const percent = Math.floor((100 * done) / file.byteLength);
    if (percent > shown) terminal.step(`writing ${output}: ${percent} %`);
    shown = percent;
    yield chunk;
    done += chunk.byteLength;
  }
}
