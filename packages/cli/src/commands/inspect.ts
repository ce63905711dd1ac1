import { inputKind, openCheckpoint, readModelInfo } from "@yolo-compile/compiler";
import type { CommandModule } from "yargs";
import { usage } from "../diagnostics.js";
import { type FileSource, openFile } from "../files.js";
import { withCommon } from "../options.js";
import { openTerminal, type Terminal } from "../terminal.js";
import { checkpointDocument, printCheckpoint } from "../views/checkpoint.js";
import { modelDocument, printModel } from "../views/model.js";

interface InspectOptions {
  readonly file: string;
  readonly json: boolean;
  readonly tensors: boolean;
}

export const inspectCommand: CommandModule<object, InspectOptions> = {
  command: "inspect <file>",
  describe: "say what is in a checkpoint or an ONNX model; nothing in it is run",
  builder: (yargs) =>
    withCommon(yargs)
      .positional("file", { type: "string", demandOption: true, describe: "a checkpoint or an ONNX model" })
      .option("tensors", { type: "boolean", default: false, describe: "list every tensor" }),
  handler: (options) => {
    const file = openFile(options.file);
    try {
      inspect(file, options, openTerminal(options.json));
    } finally {
      file.close();
    }
  },
};

function inspect(file: FileSource, { tensors }: InspectOptions, terminal: Terminal): void {
  const { name, size } = file;
  const kind = inputKind(file);
  if (kind === "config") throw usage(`${name} is a yaml`, `yolo-compile summary ${name} prints its table`);
  if (kind === "onnx") {
    const info = readModelInfo(file.read(0, size));
    printModel(name, size, info, terminal);
    terminal.printJson(() => modelDocument(name, size, info));
    return;
  }
  const checkpoint = openCheckpoint(file);
  printCheckpoint(checkpoint, size, tensors, terminal);
  terminal.report(checkpoint.notes);
  terminal.printJson(() => checkpointDocument(checkpoint, size));
}
