import { resolve } from "node:path";
import { type CompiledGraphs, encodeModel, type Graph, pipelineName, stem } from "@yolo-compile/compiler";
import {
  type Choice,
  chooseInputs,
  makeReport,
  modelFacts,
  type Verification,
  verifyModels,
} from "@yolo-compile/proof";
import { chooseFor } from "./choose-provider.js";
import { usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { openWorkspace, type Workspace, writeChunks } from "./files.js";
import { compileInputs, type Inputs, openInputs } from "./inputs.js";
import { type ObserverOptions, observe } from "./observer.js";
import { imageSize, type NetworkOptions, type ProviderOptions } from "./options.js";
import { reportContext } from "./report-context.js";
import { checkReportFiles, type ReportOptions, writeReports } from "./report-files.js";
import { type Stopwatch, startStopwatch } from "./stopwatch.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { compileDocument, printCompiled } from "./views/compiled.js";

/** The options of the default command, as yargs gives them. */
export interface CompileOptions extends ObserverOptions, NetworkOptions, ProviderOptions, ReportOptions {
  readonly files?: readonly string[] | undefined;
  readonly json: boolean;
  readonly output?: string | undefined;
  readonly verify: boolean;
}

/** What one run works with. */
interface Job {
  readonly options: CompileOptions;
  readonly size: readonly [number, number];
  readonly inputs: Inputs;
  readonly output: string;
  /** Where verification computes besides the CPU; undefined under --no-verify. */
  readonly choice: Choice | undefined;
  readonly workspace: Workspace;
  readonly terminal: Terminal;
  readonly watch: Stopwatch;
}

/** Compiles, verifies and only then puts the file in its place. @returns the exit code */
export async function runCompile(options: CompileOptions): Promise<number> {
  const terminal = openTerminal(options.json);
  const watch = startStopwatch();
  const { size, rest } = imageSize(options.imgsz);
  const files = [...(options.files ?? []), ...rest];
  const choice = await chooseForVerification(options, terminal);
  terminal.step("reading the weights");
  const inputs = openInputs(files, options);
  try {
    const output = outputPath(options, files, inputs.name);
    const workspace = openWorkspace(output);
    try {
      return await work({ options, size, inputs, output, choice, workspace, terminal, watch });
    } finally {
      workspace.discard();
    }
  } finally {
    inputs.checkpoint?.close();
    terminal.endStep();
  }
}

/** @throws usage, output/unwritable, runtime/provider-unusable, runtime/no-gpu */
async function chooseForVerification(options: CompileOptions, terminal: Terminal): Promise<Choice | undefined> {
  checkReportFiles(options.report ?? []);
  if (options.verify) return chooseFor(options, terminal);
  if (options.report) throw usage("--report and --no-verify exclude each other", "a report is about the verification");
  if (options["require-gpu"])
    throw usage("--require-gpu and --no-verify exclude each other", "nothing runs without verification");
  return undefined;
}

/** In the working directory unless the user says otherwise. @throws usage */
function outputPath(options: CompileOptions, inputs: readonly string[], name: string): string {
  const output = options.output ?? `${stem(name)}.onnx`;
  if (inputs.some((input) => resolve(input) === resolve(output)))
    throw usage(`--output ${output} is an input file`, "give another name");
  return output;
}

async function work(job: Job): Promise<number> {
  const { options, workspace, terminal, watch, output } = job;
  watch.lap("open");
  const compiled = compileWatched(job);
  terminal.report(compiled.notes);
  terminal.step(`writing ${output}`);
  const bytes = write(compiled.optimized, "optimized.onnx", job);
  watch.lap("write");
  const verification = job.choice && (await verify(compiled, job.choice, job));
  const ok = verification?.ok !== false;
  if (ok) workspace.publish(new Map([["optimized.onnx", output]]));
  terminal.endStep();
  const result = { ...job, compiled, bytes, verification, elapsedMs: watch.elapsedMs() };
  printCompiled(result, terminal);
  terminal.printJson(() => compileDocument(result));
  if (verification && options.report) await report(compiled, verification, job);
  return ok ? EXIT.fine : EXIT.verdict;
}

function compileWatched({ options, inputs, size, terminal, watch }: Job): CompiledGraphs {
  const observation = observe(options);
  terminal.step("compiling");
  const compiled = compileInputs(inputs, size, options, {
    ...observation.observer,
    afterStage: (stage) => watch.lap(stage),
  });
  terminal.endStep();
  observation.finish();
  return compiled;
}

/** @returns the file's size in bytes */
function write(graph: Graph, file: string, { options, workspace }: Job): number {
  const model = encodeModel(graph, { opset: options.opset });
  writeChunks(workspace.path(file), model.chunks());
  return model.byteLength;
}

async function verify(compiled: CompiledGraphs, { provider }: Choice, job: Job): Promise<Verification> {
  const { options, workspace, terminal, watch } = job;
  write(compiled.plain, "plain.onnx", job);
  const verification = await verifyModels({
    reference: workspace.path("plain.onnx"),
    candidate: workspace.path("optimized.onnx"),
    provider,
    referenceName: "the plain graph",
    name: "the optimised graph",
    inputs: (session) => chooseInputs(session, { seed: options.seed }),
    onStep: (step) => terminal.step(`verifying: ${step}`),
  });
  watch.lap("verify");
  return verification;
}

async function report(compiled: CompiledGraphs, verification: Verification, job: Job): Promise<void> {
  const { options, choice, terminal } = job;
  const subject = { kind: "compiled", compiled, passes: pipelineName(options.passes), opset: options.opset } as const;
  const models = await modelFacts(subject);
  const findings = { ok: verification.ok, models, verification, pictures: [], notes: [] };
  const notes = [...(choice?.notes ?? []), ...compiled.notes];
  const made = await makeReport(subject, findings, { ...(await reportContext()), names: compiled.names, notes });
  writeReports(made, options.report ?? [], terminal);
}
