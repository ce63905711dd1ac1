import {
  type CompiledGraphs,
  countParameters,
  type Diagnostic,
  type OutputFile,
  opCensus,
  summarizeNetwork,
} from "@yolo-compile/compiler";
import {
  type Choice,
  checkOf,
  type OutputComparison,
  type PrecisionFindings,
  type Verification,
  verdictInWords,
} from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { NetworkOptions, ProviderOptions } from "../options.js";
import type { ElapsedMs } from "../stopwatch.js";
import type { Terminal } from "../terminal.js";
import { comparisonColumns } from "./comparison-columns.js";
import { detectionsInWords, precisionDocument, printDetections, printPrecision } from "./precision.js";
import { grouped, line, megabytes, some } from "./text.js";

/** A finished run. */
export interface CompileResult {
  readonly graphs: CompiledGraphs;
  readonly options: Pick<NetworkOptions & ProviderOptions, "opset" | "passes" | "batch" | "seed">;
  readonly size: readonly [number, number];
  readonly output: string;
  /** Whether a file of that name was there. */
  readonly replaced: boolean;
  readonly byteLength: number;
  /** Left out where nothing is written. */
  readonly files?: readonly OutputFile[];
  /** Left out for float32. */
  readonly precision?: PrecisionFindings;
  /** The provider of the verification besides the CPU; undefined without one, as is `verification`. */
  readonly choice: Choice | undefined;
  readonly verification?: Verification;
  readonly elapsedMs: ElapsedMs;
  /** Notes on the verification. */
  readonly notes: readonly Diagnostic[];
}

/** Whether the files are refused. */
const isRefused = ({ verification, precision }: CompileResult): boolean =>
  verification?.ok === false || precision?.rewriting?.ok === false || precision?.detections?.ok === false;

/** The document of `--json`. */
export function compileDocument(result: CompileResult) {
  const { graphs, output, byteLength, options, size, choice, precision, verification, elapsedMs } = result;
  const { network, optimized, plain, weights } = graphs;
  const { layers, parameters, gflops } = summarizeNetwork(network);
  return {
    output: isRefused(result) ? null : output,
    bytes: byteLength,
    files: (result.files ?? []).map(({ name, byteLength: bytes }) => ({ name, bytes })),
    opset: options.opset,
    passes: options.passes,
    imgsz: size,
    batch: options.batch,
    input: plain.inputs[0]!.type.shape.map((side) => (typeof side === "number" ? side : String(side))),
    nodes: optimized.nodes.length,
    ops: Object.fromEntries(opCensus(optimized)),
    plainNodes: plain.nodes.length,
    layers,
    parameters,
    parametersInGraph: countParameters(optimized, graphs.buffers),
    gflops: Number(gflops.toFixed(4)),
    names: graphs.names,
    strides: network.strides,
    weights: {
      file: weights.file,
      used: weights.used,
      missing: [],
      filled: weights.filled,
      left: weights.left,
      unused: weights.unused,
    },
    ...(precision && { precision: precisionDocument(precision) }),
    verify: verification
      ? { ...verification, seed: options.seed }
      : { ok: null, skipped: "--no-verify", provider: null, comparisons: [] },
    notes: [...(choice?.notes ?? []), ...graphs.notes, ...result.notes],
    elapsedMs,
  };
}

/** The verdict in a line, and what became of the output. */
function headlines(result: CompileResult): readonly string[] {
  const { verification, output, byteLength, elapsedMs, replaced } = result;
  if (isRefused(result)) return [out.red(verdictOf(result)), out.red(`nothing is written to ${output}`)];
  const seconds = (elapsedMs.total / 1000).toFixed(2);
  const was = replaced ? ", in place of the one that was there" : "";
  const wrote = `${out.bold(output)}${beside(result)}, ${megabytes(byteLength)}, after ${seconds} s${was}`;
  return [verification ? out.green(verdictOf(result)) : "NOT VERIFIED, as --no-verify asks", line("wrote", wrote)];
}

function verdictOf(result: CompileResult): string {
  const { verification, precision } = result;
  const rewriting = precision?.rewriting?.ok === false ? precision.rewriting : undefined;
  const checks = ((rewriting ?? verification)?.comparisons ?? []).map(checkOf);
  return verdictInWords(!isRefused(result), checks, detectionsInWords(precision?.detections));
}

/** Prints a finished run: the verdict, what was written, and how both came about. */
export function printCompiled(result: CompileResult, terminal: Terminal): void {
  const { graphs, options, precision } = result;
  const [verdict = "", written = ""] = headlines(result);
  terminal.headline(verdict);
  terminal.print(written);
  const { network, optimized, plain, weights } = graphs;
  const { shape } = plain.inputs[0]!.type; // a network takes images
  terminal.print(
    line(
      "model",
      `${out.bold(network.config.name)}, ${network.config.nc} classes, images ${printedShape(shape)}, opset ${options.opset}`,
    ),
  );
  terminal.print(line("weights", `${weights.used} used of ${weights.file}, ${weights.unused.length} not needed`));
  terminal.print(
    line(
      "graph",
      `${plain.nodes.length} -> ${optimized.nodes.length} nodes (--passes ${options.passes}), ${grouped(countParameters(optimized, graphs.buffers))} parameters`,
    ),
  );
  if (precision) printPrecision(precision, terminal);
  printVerification(result, terminal);
  if (precision?.detections) printDetections(precision.detections, terminal);
}

/** The files next to the model. */
const beside = ({ files = [] }: CompileResult): string => {
  const [, ...others] = files.map(({ name }) => name);
  return others.length > 0 ? ` with ${others.join(", ")} beside it` : "";
};

/** `1x3x640x640`, or `[batch,3,32*h,32*w]` where sizes are open. */
const printedShape = (shape: readonly unknown[]): string =>
  shape.every((size) => typeof size === "number") ? shape.join("x") : `[${shape.join(",")}]`;

function printVerification({ verification, options, elapsedMs }: CompileResult, terminal: Terminal): void {
  if (!verification) return;
  const { comparisons } = verification;
  const bounds = new Map(comparisons.map(({ provider, tolerance }) => [provider, tolerance]));
  const places = [...bounds].map(([provider, { name, relative }]) =>
    Number.isFinite(relative)
      ? `on ${provider} within ${name} (${relative} of each unit)`
      : `on ${provider} finite, and judged by its objects`,
  );
  const inputs = new Set(comparisons.map(({ input }) => input)).size;
  const seconds = ((elapsedMs.verify ?? 0) / 1000).toFixed(2);
  const price = `${inputs} ${inputs === 1 ? "input" : "inputs"}, seed ${options.seed}, ${seconds} s`;
  terminal.print(line("verify", `against the plain graph on cpu (${price}): ${places.join(", ")}`));
  printPlacement(verification, terminal);
  if (verification.ok && !Number.isFinite(verification.tolerance.relative)) return;
  const colAligns = ["left", "left", "left", "left", "left", "left", "right", "right", "left"] as const;
  terminal.table({ ...comparisonColumns(comparisons), colAligns }, comparisons.map(row));
}

/** The most nodes that are listed of those on the CPU. */
const LISTED = 8;

function printPlacement({ provider, placement, arithmetic }: Verification, terminal: Terminal): void {
  if (!placement) return;
  const { onProvider, onCpu } = placement;
  const names = some(
    onCpu.map(({ name, op }) => `${name} (${op})`),
    LISTED,
  );
  const fellBack = `${onCpu.length} fell back to the CPU${names && `: ${names}`}`;
  terminal.print(line("", [`${provider} ran ${onProvider} nodes`, fellBack, arithmetic].filter(Boolean).join(", ")));
}

const row = ({ input, output, provider, level, decisive, nonFinite, ok }: OutputComparison): string[] => [
  "",
  input,
  output,
  provider,
  level === "all" ? "on" : "off",
  decisive.name,
  decisive.maxAbs.toExponential(2),
  decisive.maxRel.toExponential(2),
  ok ? out.green("ok") : out.red(nonFinite > 0 ? `FAILED, ${nonFinite} not finite` : "FAILED"),
];
