import { isCompileError } from "@yolo-compile/compiler";
import {
  type Choice,
  makeReport,
  refusalReport,
  renderJson,
  type Tolerance,
  type VerifyFindings,
  type VerifyOptions,
  verify,
} from "@yolo-compile/proof";
import { chooseFor } from "./choose-provider.js";
import { out } from "./colors.js";
import { usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { fraction } from "./numbers.js";
import type { LoudnessOptions, ProviderOptions } from "./options.js";
import { type CommandLineOptions, reportContext } from "./report-context.js";
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
    LoudnessOptions,
    CommandLineOptions {
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
    const asked = await verifyOptions(options, opened, choice, terminal);
    const findings = await verify(opened.subject, asked).catch((error) =>
      reportRefusal(error, opened, choice, options, terminal),
    );
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

/** Writes the reports of a verdict that is an error. @throws that error, or any other */
async function reportRefusal(
  error: unknown,
  { subject, names, notes, files }: OpenedSubject,
  choice: Choice,
  options: VerifyCommandOptions,
  terminal: Terminal,
): Promise<never> {
  if (!isCompileError(error) || error.diagnostic.blame !== "verdict" || !options.report) throw error;
  const context = { ...(await reportContext(options, files)), names, notes: [...choice.notes, ...notes] };
  const report = await refusalReport(subject, error.diagnostic, context);
  terminal.headline(out.red(report.verdict.words));
  await writeReports(report, options.report, terminal);
  throw error;
}

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
  { subject, names, notes, files }: OpenedSubject,
  findings: VerifyFindings,
  choice: Choice,
  options: VerifyCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const reproducer =
    findings.bisection?.culprit && writeReproducer(findings.bisection.culprit.reproducer, options.opset);
  const report = await makeReport(subject, findings, {
    ...(await reportContext(options, files)),
    names,
    notes: [...choice.notes, ...notes],
    ...(reproducer && { reproducer }),
  });
  printVerified(report, findings, terminal);
  terminal.report(findings.notes);
  terminal.printJson(() => JSON.parse(renderJson(report)));
  await writeReports(report, options.report ?? [], terminal);
  return findings.ok ? EXIT.fine : EXIT.verdict;
}
