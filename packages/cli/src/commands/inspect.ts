import { type Checkpoint, inputKind, openCheckpoint, readModelInfo } from "@yolo-compile/compiler";
import type { CommandModule } from "yargs";
import { usage } from "../diagnostics.js";
import { openFile } from "../files.js";
import { withCommon } from "../options.js";
import { openTerminal } from "../terminal.js";
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
    const terminal = openTerminal(options.json);
    const file = openFile(options.file);
    const kind = inputKind(file);
    try {
      if (kind === "config")
        throw usage(`${options.file} is a yaml`, `yolo-compile summary ${options.file} prints its table`);
      if (kind === "onnx") {
        const info = readModelInfo(file.read(0, file.size));
        printModel(options.file, file.size, info, terminal);
        terminal.printJson(modelDocument(options.file, file.size, info));
      } else inspectCheckpoint(openCheckpoint(file), file.size, options.tensors);
    } finally {
      file.close();
    }
    function inspectCheckpoint(checkpoint: Checkpoint, bytes: number, tensors: boolean): void {
      printCheckpoint(checkpoint, bytes, tensors, terminal);
      terminal.report(checkpoint.notes);
      terminal.printJson(checkpointDocument(checkpoint, bytes));
    }
  },
};
