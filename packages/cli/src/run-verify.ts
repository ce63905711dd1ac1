import {
  type Choice,
  makeReport,
  type Report,
  renderJson,
  type Tolerance,
  type VerifyFindings,
  type VerifyOptions,
  verify,
} from "@yolo-compile/proof";
import { chooseFor } from "./choose-provider.js";
import { usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { fraction } from "./numbers.js";
import type { LoudnessOptions, ProviderOptions } from "./options.js";
import { reportContext } from "./report-context.js";
import { checkReportFiles, isPage, writeReports } from "./report-files.js";
import type { ReportOptions } from "./report-option.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { type InputOptions, inputChoice } from "./verify-inputs.js";
import { type OpenedSubject, openSubject, type SubjectOptions } from "./verify-subject.js";
import { printVerified } from "./views/verified.js";
import { writeReproducer } from "./write-reproducer.js";

/** The options of `verify`, as yargs gives them. */
export interface VerifyCommandOptions
  extends SubjectOptions,
    InputOptions,
    ProviderOptions,
    ReportOptions,
    LoudnessOptions {
  readonly seed: number;
  readonly json: boolean;
  readonly tolerance?: number | undefined;
  readonly layers?: boolean | undefined;
  readonly bisect: boolean;
  readonly budget?: boolean | undefined;
  readonly "self-test": boolean;
  readonly conf: number;
  readonly iou: number;
  readonly "min-iou"?: number | undefined;
  readonly "max-score-delta"?: number | undefined;
  readonly "min-mask-iou"?: number | undefined;
}

/** Judges, prints the verdict and writes the reports. @returns the exit code */
export async function runVerify(options: VerifyCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  const reports = options.report ?? [];
  checkReportFiles(reports, options.files);
  terminal.step("reading the models");
  const opened = openSubject(options);
  try {
    const choice = await chooseFor(options, terminal);
    terminal.report(opened.notes);
    const findings = await verify(opened.subject, await verifyOptions(options, opened, choice, terminal));
    terminal.endStep();
    return await conclude(opened, findings, choice, options, terminal);
  } finally {
    opened.close();
    terminal.endStep();
  }
}

async function verifyOptions(
  options: VerifyCommandOptions,
  { subject }: OpenedSubject,
  choice: Choice,
  terminal: Terminal,
): Promise<VerifyOptions> {
  const { bisect, tolerance, report = [] } = options;
  const ours = subject.kind === "compiled";
  return {
    provider: choice.provider,
    noGpu: choice.notes[0]?.message ?? "no other provider was asked for: --provider auto",
    inputs: await inputChoice(options, terminal),
    ...(tolerance !== undefined && { tolerance: ownTolerance(tolerance) }),
    detections: detectionLimits(options),
    layers: options.layers ?? ours,
    bisect,
    budget: options.budget ?? (ours && report.some(isPage)),
    selfTest: options["self-test"],
    onStep: (step) => terminal.step(`verifying: ${step}`),
  };
}

/** The report without pixels, which a terminal cannot show; reports in files have them. */
const withoutPixels = ({ pictures, ...report }: Report): Report => ({
  ...report,
  ...(pictures && { pictures: pictures.map((picture) => ({ ...picture, jpeg: new Uint8Array() })) }),
});

function ownTolerance(relative: number): Tolerance {
  if (!(relative >= 0)) throw usage(`--tolerance is ${relative}, expected a number from 0 on`);
  return { name: "--tolerance", relative };
}

function detectionLimits(options: VerifyCommandOptions): NonNullable<VerifyOptions["detections"]> {
  const given = (option: "min-iou" | "max-score-delta" | "min-mask-iou"): number | undefined => {
    const value = options[option];
    return value === undefined ? undefined : fraction(option, value);
  };
  const [minIou, maxScoreDelta, minMaskIou] = [given("min-iou"), given("max-score-delta"), given("min-mask-iou")];
  return {
    confidence: fraction("conf", options.conf),
    suppression: fraction("iou", options.iou),
    ...(minIou !== undefined && { minIou }),
    ...(maxScoreDelta !== undefined && { maxScoreDelta }),
    ...(minMaskIou !== undefined && { minMaskIou }),
  };
}

async function conclude(
  { subject, names, notes }: OpenedSubject,
  findings: VerifyFindings,
  choice: Choice,
  options: VerifyCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const reproducer =
    findings.bisection?.culprit && writeReproducer(findings.bisection.culprit.reproducer, options.opset);
  const report = await makeReport(subject, findings, {
    ...(await reportContext()),
    names,
    notes: [...choice.notes, ...notes],
    ...(reproducer && { reproducer }),
  });
  printVerified(report, findings, terminal);
  terminal.report(findings.notes);
  terminal.printJson(() => JSON.parse(renderJson(withoutPixels(report))));
  await writeReports(report, options.report ?? [], terminal);
  return findings.ok ? EXIT.fine : EXIT.verdict;
}
