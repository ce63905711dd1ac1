import { type Report, renderHtml, renderJson, renderJUnit, renderSarif } from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";
import { openWorkspace, writeChunks } from "./files.js";

/** What the extension of a report's name says. A new kind is one line. */
const RENDERERS: ReadonlyMap<string, (report: Report) => string> = new Map([
  [".html", renderHtml],
  [".json", renderJson],
  [".xml", renderJUnit],
  [".sarif", renderSarif],
]);

export const REPORT_EXTENSIONS: readonly string[] = [...RENDERERS.keys()];

const rendererOf = (path: string): ((report: Report) => string) | undefined =>
  RENDERERS.get(/\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? "");

/** Before anything runs. @throws usage for a name whose extension says nothing, output/unwritable */
export function checkReportFiles(paths: readonly string[]): void {
  for (const path of paths) {
    if (!rendererOf(path)) throw usage(`--report ${path}: the extension is none of ${REPORT_EXTENSIONS.join(", ")}`);
    openWorkspace(path).discard();
  }
}

/** Each file appears whole or not at all. @throws output/unwritable */
export function writeReports(report: Report, paths: readonly string[]): void {
  for (const path of paths) {
    const text = rendererOf(path)!(report); // checkReportFiles has looked
    const workspace = openWorkspace(path);
    try {
      writeChunks(workspace.path("report"), [new TextEncoder().encode(text)]);
      workspace.publish("report", path);
    } finally {
      workspace.discard();
    }
  }
}
