import {
  type Checkpoint,
  exportedTask,
  inputKind,
  loadNetwork,
  matchWeights,
  outlookOf,
  readModelInfo,
} from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { type FileSource, openFile } from "./files.js";
import { openConfig, openWeights } from "./inputs.js";
import { loadOptions } from "./load-options.js";
import { imageSize, type PlanOptions } from "./options.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { checkpointDocument, printCheckpoint } from "./views/checkpoint.js";
import { fitDocument, printFit } from "./views/fit.js";
import { modelDocument, printModel } from "./views/model.js";
import { outlookDocument, printModelOutlook, printOutlook } from "./views/outlook.js";
import { examineWeights } from "./views/weight-health.js";

/** The options of `inspect`, as yargs gives them. */
export interface InspectOptions extends PlanOptions {
  readonly file: string;
  readonly json: boolean;
  readonly tensors: boolean;
  readonly cfg?: string | undefined;
  readonly imgsz: readonly (string | number)[];
}

/** Says what is in a file. @returns the exit code */
export function runInspect(options: InspectOptions): number {
  const file = openFile(options.file);
  try {
    return inspect(file, options, openTerminal(options));
  } finally {
    file.close();
  }
}

function inspect(file: FileSource, options: InspectOptions, terminal: Terminal): number {
  const { name, size } = file;
  const kind = inputKind(file);
  if (kind === "config") throw usage(`${name} is a yaml`, `yolo-compile summary ${name} prints its table`);
  if (kind === "onnx" && options.cfg === undefined) {
    const info = readModelInfo(file);
    printModel(name, size, info, terminal);
    printModelOutlook(name, info, terminal);
    terminal.printJson(() => ({ ...modelDocument(name, size, info), task: exportedTask(info) ?? null }));
    return EXIT.fine;
  }
  const checkpoint = openWeights(file, { "allow-suspicious": true });
  const health = examineWeights(checkpoint.tensors, terminal);
  printCheckpoint(checkpoint, size, health, options.tensors, terminal);
  const outlook = outlookOf(checkpoint, loadOptions(options));
  printOutlook(name, outlook, terminal);
  const fit = options.cfg === undefined ? undefined : fitOf(checkpoint, options.cfg, options, terminal);
  terminal.report(checkpoint.notes);
  terminal.printJson(() => ({
    ...checkpointDocument(checkpoint, size, health),
    outlook: outlookDocument(outlook),
    ...(fit && { fit: fit.document() }),
  }));
  return fit?.ok === false ? EXIT.verdict : EXIT.fine;
}

function fitOf(checkpoint: Checkpoint, cfg: string, options: InspectOptions, terminal: Terminal) {
  const { imgsz, tensors } = options;
  const network = loadNetwork(openConfig(cfg), checkpoint, { ...loadOptions(options), keepClasses: true });
  const match = matchWeights(network, checkpoint, { size: imageSize(imgsz).size });
  printFit(cfg, match, tensors, terminal);
  return { ok: match.fits, document: () => fitDocument(cfg, match) };
}
