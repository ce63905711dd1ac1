import type { Diagnostic } from "@yolo-compile/core";
import { opCensus } from "@yolo-compile/ir";
import { readModelInfo } from "@yolo-compile/onnx";
import type { ModelFacts, Report } from "@yolo-compile/report";
import { summarize } from "@yolo-compile/yolov5";
import { countParameters } from "../count-parameters.js";
import { bisectionOf, budgetOf, checkOf, mutantOf, pictureOf } from "./report-rows.js";
import { rowDiagram } from "./row-diagram.js";
import { candidateOf, type NamedModel, referenceOf, type VerifySubject } from "./subject.js";
import type { VerifyFindings } from "./verify.js";

/** What a report says beside the findings. */
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
      bisection: { ...bisectionOf(bisection.culprit, verification.tolerance), ...(reproducer && { reproducer }) },
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
