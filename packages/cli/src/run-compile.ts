import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type CompiledGraphs, dataFileOf, pipelineName, stem } from "@yolo-compile/compiler";
import {
  type Choice,
  type Compiled,
  type CompileRequest,
  compile,
  isProofFailure,
  makeReport,
  modelFacts,
  type NamedPicture,
  type RefusedFindings,
  type Verification,
} from "@yolo-compile/proof";
import { chooseFor } from "./choose-provider.js";
import { usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { openWorkspace, type Workspace } from "./files.js";
import { folderPlace, publishFiles } from "./folder-place.js";
import { graphsRequest, type Inputs, openInputs } from "./inputs.js";
import { observe } from "./observer.js";
import type { ObserverOptions } from "./observer-options.js";
import {
  dynamicAxes,
  imageSize,
  type LoudnessOptions,
  type NetworkOptions,
  type ProviderOptions,
  type VerifySizesOptions,
  verifySizes,
} from "./options.js";
import { checkIsNoInput, isStdout, outputFile } from "./output-target.js";
import type { PictureOptions } from "./picture-options.js";
import { checkPrecision, type PrecisionOptions, precisionRequest } from "./precision-options.js";
import { type CommandLineOptions, reportContext } from "./report-context.js";
import { checkReportFiles, writeReports } from "./report-files.js";
import type { ReportOptions } from "./report-option.js";
import { type Stopwatch, startStopwatch } from "./stopwatch.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { chosenPictures } from "./verify-inputs.js";
import { compileDocument, printCompiled } from "./views/compiled.js";

/** The options of the default command, as yargs gives them. */
export interface CompileOptions
  extends ObserverOptions,
    NetworkOptions,
    PrecisionOptions,
    ProviderOptions,
    PictureOptions,
    ReportOptions,
    VerifySizesOptions,
    LoudnessOptions,
    CommandLineOptions {
  readonly files?: readonly string[] | undefined;
  readonly json: boolean;
  readonly output?: string | undefined;
  readonly "external-data": boolean;
  readonly verify: boolean;
}

/** The parts of one run. */
interface Job {
  readonly options: CompileOptions;
  readonly size: readonly [number, number];
  readonly inputs: Inputs;
  readonly output: string;
  /** The provider of the verification besides the CPU; undefined under --no-verify. */
  readonly choice: Choice | undefined;
  readonly pictures: readonly NamedPicture[];
  /** The pictures that ranges are made from. */
  readonly calibration: readonly NamedPicture[];
  readonly workspace: Workspace;
  readonly terminal: Terminal;
  readonly watch: Stopwatch;
}

/** Compiles, shows the result and moves its files, if there are any, into place. @returns the exit code */
export async function runCompile(options: CompileOptions): Promise<number> {
  const terminal = openTerminal(options, resultsStream(options));
  const watch = startStopwatch();
  const { size, rest } = imageSize(options.imgsz);
  const files = [...(options.files ?? []), ...rest, ...dynamicAxes(options.dynamic).rest];
  checkOptions(options, files);
  terminal.step("reading the weights");
  const inputs = openInputs(files, options);
  try {
    const output = outputPath(options, files, inputs.name);
    const workspace = openWorkspace(output);
    try {
      const choice = options.verify ? await chooseFor(options, terminal) : undefined;
      const pictures = await chosenPictures(options, terminal);
      const calibration = await chosenPictures({ ...options, images: options.calibrate }, terminal);
      return await work({ options, size, inputs, output, choice, pictures, calibration, workspace, terminal, watch });
    } finally {
      workspace.discard();
    }
  } finally {
    inputs.checkpoint?.close();
    terminal.endStep();
  }
}

/** stderr where the model itself goes to stdout. @throws usage */
function resultsStream({ output, json }: CompileOptions): NodeJS.WriteStream {
  if (!isStdout(output)) return process.stdout;
  if (json) throw usage("--json and the model both go to stdout", "give a file as --output");
  if (process.stdout.isTTY) throw usage("a model is no text for a terminal", "yolo-compile … -o - > model.onnx");
  return process.stderr;
}

/** @throws usage, output/unwritable */
function checkOptions(options: CompileOptions, inputs: readonly string[]): void {
  checkReportFiles(options.report ?? [], inputs);
  checkPrecision(options);
  const stray = (["conf", "iou"] as const).find((rule) => options[rule] !== undefined);
  if (stray && !options.nms) throw usage(`--${stray} is about suppression inside the graph`, "--nms onnx");
  if (options.verify) return;
  if (options.report) throw usage("--report and --no-verify exclude each other", "a report is about the verification");
  if (options.images)
    throw usage("--images and --no-verify exclude each other", "the pictures are for the verification");
  if (options["require-gpu"])
    throw usage("--require-gpu and --no-verify exclude each other", "nothing runs without verification");
}

/** The path of the model; in the working directory unless the user names one. @throws usage */
function outputPath(options: CompileOptions, inputs: readonly string[], name: string): string {
  const output = outputFile(options.output, `${stem(name)}.onnx`);
  checkIsNoInput("output", output, inputs);
  if (!isStdout(output)) checkIsNoInput("output", dataFileOf(output), inputs);
  return output;
}

async function work(job: Job): Promise<number> {
  const { options, workspace, terminal, watch, output } = job;
  watch.lap("open");
  const findings = await compileOrRefuse(job);
  const replaced = !isStdout(output) && existsSync(output);
  if ("files" in findings) publishFiles(workspace, findings.files, output);
  terminal.endStep();
  const result = { ...job, ...findings, replaced, elapsedMs: watch.elapsedMs() };
  printCompiled(result, terminal);
  terminal.report(findings.notes);
  terminal.printJson(() => compileDocument(result));
  if (findings.verification && options.report) await report(findings.graphs, findings.verification, job);
  return "files" in findings ? EXIT.fine : EXIT.verdict;
}

/** The result, or the findings of a refusal, which is shown in the same way but has no files. */
async function compileOrRefuse(job: Job): Promise<Compiled | RefusedFindings> {
  try {
    return await compile(requestOf(job));
  } catch (error) {
    if (isProofFailure(error)) return error.findings;
    throw error;
  }
}

function requestOf(job: Job): CompileRequest {
  const { options, inputs, size, output, choice, pictures, calibration, workspace, terminal, watch } = job;
  const observation = observe(options);
  const precision = precisionRequest(options, calibration);
  const sizes = verifySizes(options["verify-sizes"]);
  const chosen = { seed: options.seed, pictures, ...(sizes && { sizes }) };
  return {
    ...graphsRequest(inputs, size, options),
    observer: { ...observation.observer, afterStage: (stage) => watch.lap(stage) },
    file: basename(output),
    opset: options.opset,
    externalData: options["external-data"],
    ...(precision && { precision }),
    verify: choice ? { provider: choice.provider, inputs: chosen } : false,
    place: folderPlace(workspace.folder, workspace.keepOpen),
    onGraphs: ({ notes }) => {
      terminal.endStep();
      observation.finish();
      terminal.report(notes);
    },
    onStep: (step) => terminal.step(step),
  };
}

async function report(compiled: CompiledGraphs, verification: Verification, job: Job): Promise<void> {
  const { options, choice, inputs, terminal } = job;
  const subject = { kind: "compiled", compiled, passes: pipelineName(options.passes), opset: options.opset } as const;
  const models = await modelFacts(subject);
  const findings = { ok: verification.ok, models, verification, pictures: [], notes: [] };
  const notes = [...(choice?.notes ?? []), ...compiled.notes];
  const made = await makeReport(subject, findings, {
    ...(await reportContext(options, inputs.files)),
    names: compiled.names,
    notes,
  });
  await writeReports(made, options.report ?? [], terminal);
}
