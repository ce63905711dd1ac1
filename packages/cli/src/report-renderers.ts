import { type Report, renderHtml, renderJson, renderJUnit, renderSarif } from "@yolo-compile/proof";
import type { ReportExtension } from "./report-option.js";

/** The renderer of each kind of report. */
export const RENDERERS = {
  ".html": renderHtml,
  ".json": renderJson,
  ".xml": renderJUnit,
  ".sarif": renderSarif,
} as const satisfies Readonly<Record<ReportExtension, (report: Report) => string>>;
