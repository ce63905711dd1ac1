import type { Argv } from "yargs";
import { VERIFICATION } from "./help.js";

/** The extensions of reports. */
export const REPORT_EXTENSIONS = [".html", ".json", ".xml", ".sarif"] as const;

/** One of {@link REPORT_EXTENSIONS}. */
export type ReportExtension = (typeof REPORT_EXTENSIONS)[number];

/** The option of commands that write reports. */
export interface ReportOptions {
  readonly report?: readonly string[] | undefined;
}

/** Adds {@link ReportOptions}. */
export const withReport = <Options>(yargs: Argv<Options>) =>
  yargs.option("report", {
    type: "string",
    array: true,
    describe: `files to write; the extension says what: ${REPORT_EXTENSIONS.join(", ")}`,
    group: VERIFICATION,
  });
