import type { Report } from "@yolo-compile/proof";
import { usage } from "./diagnostics.js";
import { openWorkspace, writeWhole } from "./files.js";
import { checkIsNoInput } from "./output-target.js";
import { REPORT_EXTENSIONS, type ReportExtension } from "./report-option.js";
import type { Terminal } from "./terminal.js";
import { line } from "./views/text.js";

const extensionOf = (path: string): ReportExtension | undefined =>
  REPORT_EXTENSIONS.find((extension) => path.toLowerCase().endsWith(extension));

/** Whether a report is an HTML page. */
export const isPage = (path: string): boolean => extensionOf(path) === ".html";

/**
 * Checks the names of reports before anything runs.
 * @throws usage for a name whose extension is unknown or that is an input's, output/unwritable
 */
export function checkReportFiles(paths: readonly string[], inputs: readonly string[]): void {
  for (const path of paths) {
    if (!extensionOf(path)) throw usage(`--report ${path}: the extension is none of ${REPORT_EXTENSIONS.join(", ")}`);
    checkIsNoInput("report", path, inputs);
    openWorkspace(path).discard();
  }
}

/** Writes reports, each whole or not at all. @throws output/unwritable */
export async function writeReports(report: Report, paths: readonly string[], terminal: Terminal): Promise<void> {
  for (const path of paths) {
    const { RENDERERS } = await import("./report-renderers.js");
    const text = RENDERERS[extensionOf(path)!](report); // checkReportFiles has looked
    writeWhole(path, [new TextEncoder().encode(text)]);
    terminal.print(line("report", path));
  }
}
