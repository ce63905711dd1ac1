import {
  type Diagnostic,
  formatSummary,
  loadNetwork,
  networkNotes,
  type Summary,
  summarizeNetwork,
  visibleText,
} from "@yolo-compile/compiler";
import { openInputs } from "./inputs.js";
import { loadOptions } from "./load-options.js";
import { imageSize, type PlanOptions, type WeightsOptions } from "./options.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { textWidth } from "./text-width.js";

/** The options of `summary`, as yargs gives them. */
export interface SummaryOptions extends WeightsOptions, PlanOptions {
  readonly files: readonly string[];
  readonly imgsz: readonly (string | number)[];
  readonly json: boolean;
}

/** Prints the table on stdout, the modules' notes on stderr. */
export function runSummary({ files, imgsz, json, ...options }: SummaryOptions): void {
  const terminal = openTerminal({ json });
  const { size, rest } = imageSize(imgsz);
  const { config, checkpoint } = openInputs([...files, ...rest], options);
  try {
    const network = loadNetwork(config, checkpoint, loadOptions(options));
    const notes = networkNotes(network, size);
    const summary = summarizeNetwork(network);
    printSummary(visibleRows(summary), terminal);
    terminal.report(notes);
    terminal.printJson(() => asJson(summary, notes));
  } finally {
    checkpoint?.close();
  }
}

/** YOLOv5's own table, or one that fits where the terminal is narrower. */
function printSummary(summary: Summary, terminal: Terminal): void {
  const lines = formatSummary(summary).split("\n");
  if (lines.every((text) => textWidth(text.trimEnd()) <= terminal.width)) {
    terminal.print(...lines);
    return;
  }
  const rows = summary.rows.map(({ index, from, repeats, parameters, type, arguments: args }) => [
    index,
    from,
    repeats,
    parameters,
    type,
    args,
  ]);
  const head = ["", "from", "n", "params", "module", "arguments"];
  terminal.table({ head, colAligns: ["right", "right", "right", "right", "left", "left"] }, rows);
  terminal.print(summary.line);
}

/** The rows with texts of one line each, whatever the yaml holds, so that columns are as wide as what is seen. */
const visibleRows = ({ rows, line, ...summary }: Summary): Summary => ({
  ...summary,
  name: visibleText(summary.name),
  line: visibleText(line),
  rows: rows.map(({ type, arguments: args, ...row }) => ({
    ...row,
    type: visibleText(type),
    arguments: visibleText(args),
  })),
});

const asJson = (
  { name, rows, layers, leaves, parameters, gradients, gflops, strides }: Summary,
  notes: readonly Diagnostic[],
) => ({
  name,
  layers,
  leaves,
  parameters,
  gradients,
  gflops: Number(gflops.toFixed(4)),
  strides,
  rows,
  notes,
});
