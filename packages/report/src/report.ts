import type { Diagnostic } from "@yolo-compile/core";
import type { PictureFinding } from "./picture-finding.js";

/**
 * The findings of a run, as plain data. Absent sections were not asked for and are not shown. Text may hold anything: the
 * renderers escape it.
 */
export interface Report {
  readonly tool: { readonly name: string; readonly version: string };
  /** The subject of the judgement: `yolov5n, plain against optimised`. */
  readonly title: string;
  readonly verdict: Verdict;
  readonly models: readonly ModelFacts[];
  /** Absent where no command made the report. */
  readonly run?: RunFacts;
  /** Label and value: `["ONNX Runtime", "1.30.0"]`. */
  readonly environment: readonly (readonly [label: string, value: string])[];
  readonly checks: readonly Check[];
  readonly layers?: LayerComparison;
  readonly bisection?: Bisection;
  readonly divergence?: Divergence;
  readonly budget?: readonly BudgetRow[];
  readonly pictures?: readonly PictureFinding[];
  readonly network?: RowDiagram;
  readonly mutants?: readonly MutantRow[];
  readonly notes: readonly Diagnostic[];
}

/** The command that made a report. */
export interface RunFacts {
  /** `yolo-compile verify best.pt` */
  readonly command: string;
  /** ISO 8601, in UTC. */
  readonly started: string;
  readonly elapsedMs: number;
  /** The files that the command named as models, weights and yamls. */
  readonly files: readonly FileFacts[];
}

/** A file, by its bytes. */
export interface FileFacts {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** The answer, which decides the exit code. */
export interface Verdict {
  readonly ok: boolean;
  /** One sentence: `The optimised graph computes what the plain graph computes.` */
  readonly text: string;
  /** By how much, in the judge's own units: see {@link verdictInWords}. */
  readonly words: string;
}

/** One of the models that were compared. */
export interface ModelFacts {
  readonly role: "reference" | "candidate";
  /** A file name, or the name of a graph in memory. */
  readonly name: string;
  readonly bytes?: number;
  /** Lower-case hexadecimal. */
  readonly sha256?: string;
  readonly opset: number;
  readonly nodes: number;
  readonly parameters?: number;
  readonly gflops?: number;
  /** Op and count, most frequent first. */
  readonly ops: readonly (readonly [op: string, count: number])[];
}

/** The largest allowed `maxRel` of a {@link Measure}. */
export interface Tolerance {
  readonly name: string;
  readonly relative: number;
}

/**
 * The largest difference of two values. `maxRel` is in the units of each kind of number where outputs are judged, a fraction
 * of the reference's scale elsewhere. Both may be NaN or infinite.
 */
export interface Measure {
  readonly maxAbs: number;
  readonly maxRel: number;
}

/** The circumstances of one comparison of one output. */
export interface CheckSetup {
  /** `noise, seed 1` */
  readonly input: string;
  /** The output's name in the reference. */
  readonly output: string;
  /** ONNX Runtime's own rewriting of the candidate. */
  readonly runtimeLevel: "off" | "on";
  readonly provider: string;
}

/** One comparison of one output, or why it was not made. */
export type Check = ComparedCheck | SkippedCheck;

/** A comparison that was made. */
export interface ComparedCheck extends CheckSetup, Measure {
  readonly status: "compared";
  readonly tolerance: Tolerance;
  /** The part of the output that is furthest beyond its bound, or else closest to it: `objectness`. */
  readonly part: string;
  /** That of `maxRel` there, in words: `the box's longer side`. */
  readonly unit: string;
  /**
   * The bound of `maxRel` there: more than `tolerance` where the last bits of the input alone change the reference's output
   * as much.
   */
  readonly allowed: number;
  /** Elements that are NaN or infinite in one of the two. */
  readonly nonFinite: number;
  readonly ok: boolean;
}

/** A comparison that was not made. */
export interface SkippedCheck extends CheckSetup {
  readonly status: "skipped";
  readonly reason: string;
}

/** Values inside the two graphs, matched by the yaml row that they come from. */
export interface LayerComparison {
  readonly input: string;
  readonly provider: string;
  readonly tolerance: Tolerance;
  /** In the order of the yaml. */
  readonly rows: readonly LayerRow[];
}

/** The identity and the outputs of a yaml row. */
export interface RowIdentity {
  /** The row's number, as `from` counts: `17`. */
  readonly index: number;
  /** `C3` */
  readonly module: string;
  /** `backbone[2]` */
  readonly where: string;
  /** Absolute numbers of the rows it reads; -1 is the network's input. */
  readonly from: readonly number[];
  /** The shape of each output. */
  readonly shapes: readonly (readonly (number | string)[])[];
}

/** The outputs of one yaml row in both graphs, or why there is nothing to compare. */
export type LayerRow = ComparedLayer | UncoveredLayer;

/** A row whose outputs were compared; the figures are those of the worst output. */
export interface ComparedLayer extends RowIdentity, Measure {
  readonly status: "compared";
  readonly nonFinite: number;
  /** Statistics of the reference's values. */
  readonly statistics: Statistics;
  readonly ok: boolean;
}

/** A row with an output that has no counterpart in the candidate. */
export interface UncoveredLayer extends RowIdentity {
  readonly status: "uncovered";
  readonly reason: string;
}

/** Of all elements of a tensor; `std` is that of the population. */
export interface Statistics {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** The first pass, rewrite and node at which the graphs differ. */
export interface Bisection extends Measure {
  /** The first pass after which the tolerance is exceeded. */
  readonly pass: string;
  /** The first rewrite in it, and its number in the whole run of the pipeline, from 1. */
  readonly rewrite: { readonly rule: string; readonly number: number };
  /** The first node: op and origin path. */
  readonly node: { readonly op: string; readonly path: string };
  /** The yaml row: `head[3]`. */
  readonly where: string;
  readonly tolerance: Tolerance;
  /** Folder with the graphs before and after the rewrite alone, and their inputs. */
  readonly reproducer?: string;
}

/** The first yaml row that a model of another tool computes otherwise; the figures are those of the row's output. */
export interface Divergence extends Measure {
  readonly index: number;
  readonly module: string;
  /** `backbone[6]` */
  readonly where: string;
  readonly tolerance: Tolerance;
  /** The first node in it that is off, where there is one. */
  readonly node?: DivergentNode;
}

/** A node of a model of another tool; the figures are those of its result. */
export interface DivergentNode extends Measure {
  readonly op: string;
  /** In the model's own names. */
  readonly path: string;
  /** In the checkpoint's names, the module whose value comes closest. */
  readonly nearest: string;
}

/** The part of one cause in the difference, measured by switching that one thing. */
export type BudgetRow = MeasuredBudget | SkippedBudget;

/** A cause, and the two sides that differ in it. */
export interface BudgetCause {
  /** `fold`, `other rewrites`, `ONNX Runtime's rewriting`, `provider`, `TF32`, `half` or `all of them`. */
  readonly cause: string;
  /** The two sides: `plain (cpu, runtime rewrites off) against folded (cpu, runtime rewrites off)`. */
  readonly comparedTo: string;
  /** Whether the cause has no part in the model as it is: what it would be in float16, or with TF32. */
  readonly whatIf: boolean;
}

/** A cause whose share was measured. */
export interface MeasuredBudget extends BudgetCause, Measure {
  readonly status: "measured";
}

/** A cause whose share cannot be measured here. */
export interface SkippedBudget extends BudgetCause {
  readonly status: "skipped";
  readonly reason: string;
}

/** The network by yaml rows, with the nodes of each before and after the rewrites. */
export interface RowDiagram {
  readonly rows: readonly DiagramRow[];
}

/** One yaml row before and after the rewrites. */
export interface DiagramRow extends RowIdentity {
  readonly before: NodeDiagram;
  readonly after: NodeDiagram;
}

/** The nodes of one row and the edges among them. */
export interface NodeDiagram {
  readonly nodes: readonly DiagramNode[];
  /** Ids of producer and consumer. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** One node of a graph. */
export interface DiagramNode {
  /** Unique in its diagram. */
  readonly id: string;
  readonly op: string;
  /** The origin: `model.17.m.0.cv1.conv`. */
  readonly path: string;
  /** The rewrites it went through, in order. */
  readonly rules: readonly string[];
}

/** One deliberate fault in the candidate, and whether the checks noticed it. */
export interface MutantRow {
  /** `drop-bias` */
  readonly name: string;
  /** The node, and what is wrong there: `model.3.conv/Conv: the bias of channel 3 is 0`. */
  readonly where: string;
  /** `equivalent` means that the fault does not change the function. */
  readonly verdict: "caught" | "survived" | "equivalent";
  /** The check that caught it, or the reason for which it is equivalent. */
  readonly by: string;
  readonly maxRel: number;
}
