import type { Diagnostic } from "@yolo-compile/core";
import { opCensus } from "@yolo-compile/ir";
import { readModelInfo } from "@yolo-compile/onnx";
import type {
  Bisection,
  BudgetRow,
  Check,
  FoundBox,
  ModelFacts,
  MutantRow,
  PictureFinding,
  Report,
} from "@yolo-compile/report";
import type { OutputComparison } from "@yolo-compile/runtime";
import { type DetectedObjects, encodeImage } from "@yolo-compile/vision";
import { summarize } from "@yolo-compile/yolov5";
import { countParameters } from "../count-parameters.js";
import type { JudgedMutant, Verdict } from "../self-test/index.js";
import type { Culprit } from "./bisect.js";
import type { PictureComparison } from "./compare-pictures.js";
import type { BudgetEntry } from "./error-budget.js";
import { rowDiagram } from "./row-diagram.js";
import { candidateOf, type NamedModel, referenceOf, type VerifySubject } from "./subject.js";
import type { VerifyFindings } from "./verify.js";

export interface ReportContext {
  readonly tool: Report["tool"];
  readonly environment: Report["environment"];
  /** Class names by index, for pictures. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
  /** Folder with the reproducer, where there is one. */
  readonly reproducer?: string;
}

/** Findings as one plain document, for every renderer. @throws onnx/malformed for a reference that is no model */
export async function makeReport(
  subject: VerifySubject,
  findings: VerifyFindings,
  { tool, environment, names, notes, reproducer }: ReportContext,
): Promise<Report> {
  const { layers, bisection, budget, verification } = findings;
  const reference = referenceOf(subject);
  const candidate = candidateOf(subject);
  return {
    tool,
    title: `${reference?.name ?? "known answers"} against ${candidate.name}${titleOf(subject)}`,
    verdict: verdictOf(findings, reference?.name ?? "what is known", candidate.name),
    models: [
      ...(reference ? [await factsOf("reference", reference, subject)] : []),
      await factsOf("candidate", candidate, subject),
    ],
    environment: [...environment, ...arithmetic(findings)],
    checks: verification.comparisons.map(checkOf),
    ...(layers && { layers }),
    ...(bisection?.culprit && {
      bisection: { ...bisectionOf(bisection.culprit, findings), ...(reproducer && { reproducer }) },
    }),
    ...(budget && { budget: budget.map(budgetOf) }),
    ...(findings.selfTest && { mutants: findings.selfTest.mutants.map(mutantOf) }),
    ...(findings.pictures.length > 0 && {
      pictures: await Promise.all(findings.pictures.map((each) => pictureOf(each, names))),
    }),
    ...(subject.kind === "compiled" && { network: rowDiagram(subject.compiled) }),
    notes: [...notes, ...findings.notes],
  };
}

const titleOf = (subject: VerifySubject): string =>
  subject.kind === "compiled" ? ` of ${subject.compiled.network.config.name}` : "";

function verdictOf({ ok, verification, pictures }: VerifyFindings, reference: string, candidate: string) {
  const outputs = verification.comparisons.filter((each) => !each.ok).length;
  const changed = pictures.filter(({ comparison }) => !comparison.ok).length;
  const problems = [
    outputs > 0 && `${outputs} of ${verification.comparisons.length} comparisons are off`,
    changed > 0 && `the detections on ${changed} of ${pictures.length} pictures change`,
  ].filter(Boolean);
  if (ok) return { ok, text: `${candidate} computes what ${reference} computes` };
  const what = problems.join(", ") || "values inside the graphs are off";
  return { ok, text: `${candidate} does not compute what ${reference} computes: ${what}` };
}

async function factsOf(
  role: ModelFacts["role"],
  { name, bytes }: NamedModel,
  subject: VerifySubject,
): Promise<ModelFacts> {
  const info = readModelInfo(bytes, name);
  const shared = { role, name, bytes: bytes.length, sha256: await sha256(bytes), opset: info.opset ?? 0 };
  if (subject.kind !== "compiled") return { ...shared, nodes: info.nodeCount, ops: [...info.ops] };
  const { plain, optimized, network } = subject.compiled;
  const graph = role === "reference" ? plain : optimized;
  return {
    ...shared,
    nodes: graph.nodes.length,
    parameters: countParameters(graph),
    gflops: summarize(network).gflops,
    ops: [...opCensus(graph)],
  };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  // ByteSources never share memory, so the buffer is no SharedArrayBuffer.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function arithmetic({ verification: { provider, placement, arithmetic: float32 } }: VerifyFindings) {
  const fellBack = placement && `${placement.onProvider} nodes, ${placement.onCpu.length} fell back to the CPU`;
  const said = [provider, fellBack, float32].filter(Boolean).join(", ");
  return [["Provider", said] as const];
}

const checkOf = ({
  input,
  output,
  level,
  provider,
  tolerance,
  maxAbs,
  maxRel,
  nonFinite,
  ok,
}: OutputComparison): Check => ({
  status: "compared",
  input,
  output,
  runtimeLevel: level === "disabled" ? "off" : "on",
  provider,
  tolerance,
  maxAbs,
  maxRel,
  nonFinite,
  ok,
});

function bisectionOf(
  { pass, rewrite, number, difference, value, layer }: Culprit,
  findings: VerifyFindings,
): Bisection {
  return {
    pass,
    rewrite: { rule: rewrite.rule, number },
    node: { op: rewrite.ops[0] ?? "", path: rewrite.paths[0] ?? value?.hint ?? "" },
    where: layer?.where ?? "no yaml row",
    tolerance: findings.verification.tolerance,
    maxAbs: difference.maxAbs,
    maxRel: difference.maxRel,
  };
}

function budgetOf(entry: BudgetEntry): BudgetRow {
  const subject = { cause: entry.cause, comparedTo: entry.sides };
  return "skipped" in entry
    ? { ...subject, status: "skipped", reason: entry.skipped }
    : { ...subject, status: "measured", maxAbs: entry.maxAbs, maxRel: entry.maxRel };
}

function mutantOf({ operator, where, change, verdict }: JudgedMutant): MutantRow {
  const subject = { name: operator, where: `${where}: ${change}` };
  const maxRel = "sighting" in verdict ? verdict.sighting.maxRel : 0;
  return { ...subject, ...MUTANT_VERDICTS[verdict.kind](verdict as never), maxRel }; // the table's key is the verdict's kind
}

const MUTANT_VERDICTS = {
  caught: ({ by, sighting }) => ({ verdict: "caught", by: `${by}: ${sighting.value}, ${sighting.input}` }),
  survived: ({ sighting }) => ({ verdict: "survived", by: `at most ${sighting.value}, ${sighting.input}` }),
  equivalent: ({ proof }) => ({ verdict: "equivalent", by: proof }),
  indistinguishable: () => ({ verdict: "equivalent", by: "every output is the same, bit for bit, on every input" }),
  refused: ({ reason }) => ({ verdict: "caught", by: `ONNX Runtime refuses it: ${reason}` }),
} as const satisfies {
  readonly [Kind in Verdict["kind"]]: (
    verdict: Extract<Verdict, { readonly kind: Kind }>,
  ) => Pick<MutantRow, "verdict" | "by">;
};

async function pictureOf(
  { picture, reference, candidate, comparison }: PictureComparison,
  names: readonly string[],
): Promise<PictureFinding> {
  const { image, name } = picture;
  const { matched, missing, extra, classChanges, orderChanges, worst, ok } = comparison;
  return {
    name,
    width: image.width,
    height: image.height,
    jpeg: await encodeImage(image, "picture.jpg"),
    reference: boxesOf(reference, names),
    candidate: boxesOf(candidate, names),
    matched: matched.length,
    missing: missing.length,
    extra: extra.length,
    classChanges: classChanges.length,
    orderChanges: orderChanges.length,
    ...(matched.length > 0 && {
      worst: {
        maxScoreDelta: worst.scoreDelta,
        minIou: worst.iou,
        ...(worst.maskIou !== undefined && { minMaskIou: worst.maskIou }),
      },
    }),
    ok,
  };
}

const boxesOf = ({ detections }: DetectedObjects, names: readonly string[]): FoundBox[] =>
  detections.map(({ box: [x1, y1, x2, y2], score, classIndex }) => ({
    x1,
    y1,
    x2,
    y2,
    score,
    label: names[classIndex] ?? `class ${classIndex}`,
  }));
