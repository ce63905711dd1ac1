import { type Report, renderHtml, renderJson, renderJUnit, renderSarif } from "@yolo-compile/proof";
import type { Argv } from "yargs";
import { usage } from "./diagnostics.js";
import { openWorkspace, writeWhole } from "./files.js";
import { checkIsNoInput } from "./output-target.js";
import type { Terminal } from "./terminal.js";
import { line } from "./views/text.js";

/** The renderer of each report by its extension. A new kind is one line. */
const RENDERERS: ReadonlyMap<string, (report: Report) => string> = new Map([
  [".html", renderHtml],
  [".json", renderJson],
  [".xml", renderJUnit],
  [".sarif", renderSarif],
]);

const EXTENSIONS: readonly string[] = [...RENDERERS.keys()];

/** The option of commands that write reports. */
export interface ReportOptions {
  readonly report?: readonly string[] | undefined;
}

/** Adds {@link ReportOptions}. */
export const withReport = <Options>(yargs: Argv<Options>) =>
  yargs.option("report", {
    type: "string",
    array: true,
    describe: `files to write; the extension says what: ${EXTENSIONS.join(", ")}`,
  });

const rendererOf = (path: string): ((report: Report) => string) | undefined =>
  RENDERERS.get(/\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? "");

/** Whether a report is an HTML page. */
export const isPage = (path: string): boolean => rendererOf(path) === renderHtml;

/**
 * Checks the names of reports before anything runs.
 * @throws usage for a name whose extension is unknown or that is an input's, output/unwritable
 */
export function checkReportFiles(paths: readonly string[], inputs: readonly string[]): void {
  for (const path of paths) {
    if (!rendererOf(path)) throw usage(`--report ${path}: the extension is none of ${EXTENSIONS.join(", ")}`);
    checkIsNoInput("report", path, inputs);
    openWorkspace(path).discard();
  }
}

/** Writes reports, each whole or not at all. @throws output/unwritable */
export function writeReports(report: Report, paths: readonly string[], terminal: Terminal): void {
  for (const path of paths) {
    const text = rendererOf(path)!(report); // checkReportFiles has looked
    writeWhole(path, [new TextEncoder().encode(text)]);
    terminal.print(line("report", path));
  }
}
