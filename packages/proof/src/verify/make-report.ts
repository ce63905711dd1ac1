import type { Diagnostic, ErrorDiagnostic } from "@yolo-compile/core";
import { type ModelFacts, type Report, verdictInWords } from "@yolo-compile/report";
import { modelFacts } from "./model-facts.js";
import { bisectionOf, budgetOf, checkOf, divergenceOf, mutantOf, pictureOf } from "./report-rows.js";
import { rowDiagram } from "./row-diagram.js";
import type { VerifySubject } from "./subject.js";
import type { VerifyFindings } from "./verify.js";

/** The contents of a report besides the findings. */
export interface ReportContext {
  readonly tool: Report["tool"];
  readonly environment: Report["environment"];
  /** The command, where there is one. */
  readonly run?: NonNullable<Report["run"]>;
  /** Class names by index, for pictures. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
  /** Folder with the reproducer, where there is one. */
  readonly reproducer?: string;
}

/** Findings as one plain document, for every renderer. */
export async function makeReport(
  subject: VerifySubject,
  findings: VerifyFindings,
  { tool, environment, run, names, notes, reproducer }: ReportContext,
): Promise<Report> {
  const { models, layers, bisection, budget, verification } = findings;
  const nameOf = (role: ModelFacts["role"]): string | undefined => models.find((model) => model.role === role)?.name;
  const [reference, candidate = "the candidate"] = [nameOf("reference"), nameOf("candidate")];
  return {
    tool,
    title: `${reference ?? "known answers"} against ${candidate}${titleOf(subject)}`,
    verdict: verdictOf(findings, reference ?? "what is known", candidate),
    models,
    ...(run && { run }),
    environment: [...environment, ...arithmetic(findings)],
    checks: verification.comparisons.map(checkOf),
    ...(layers && { layers }),
    ...(bisection?.culprit && {
      bisection: { ...bisectionOf(bisection.culprit, verification.tolerance), ...(reproducer && { reproducer }) },
    }),
    ...(findings.divergence && { divergence: divergenceOf(findings.divergence, verification.tolerance) }),
    ...(budget && { budget: budget.map(budgetOf) }),
    ...(findings.selfTest && { mutants: findings.selfTest.mutants.map(mutantOf) }),
    ...(findings.pictures.length > 0 && {
      pictures: await Promise.all(findings.pictures.map((each) => pictureOf(each, names))),
    }),
    ...(subject.kind === "compiled" && { network: rowDiagram(subject.compiled) }),
    notes: [...notes, ...findings.notes],
  };
}

/** The report of a verdict that is reached before any number is compared, such as outputs of other shapes. */
export async function refusalReport(
  subject: VerifySubject,
  problem: ErrorDiagnostic,
  { tool, environment, run, notes }: ReportContext,
): Promise<Report> {
  const models = await modelFacts(subject);
  const nameOf = (role: ModelFacts["role"]): string | undefined => models.find((model) => model.role === role)?.name;
  const { message, hint } = problem;
  return {
    tool,
    title: `${nameOf("reference") ?? "known answers"} against ${nameOf("candidate")}${titleOf(subject)}`,
    verdict: { ok: false, text: hint === undefined ? message : `${message} - ${hint}`, words: `FAILED: ${message}` },
    models,
    ...(run && { run }),
    environment,
    checks: [],
    notes,
  };
}

const titleOf = (subject: VerifySubject): string =>
  subject.kind === "compiled" ? ` of ${subject.compiled.network.config.name}` : "";

function verdictOf(findings: VerifyFindings, reference: string, candidate: string): Report["verdict"] {
  const { ok, verification, pictures } = findings;
  const outputs = verification.comparisons.filter((each) => !each.ok).length;
  const others = otherProblems(findings);
  const words = verdictInWords(ok, verification.comparisons.map(checkOf), ok ? sameDetections(pictures) : others);
  if (ok) return { ok, words, text: `${candidate} computes what ${reference} computes` };
  const off = outputs > 0 ? [`${outputs} of ${verification.comparisons.length} comparisons are off`] : [];
  return {
    ok,
    words,
    text: `${candidate} does not compute what ${reference} computes: ${[...off, ...others].join(", ")}`,
  };
}

/** What fails besides outputs; something, where no output does. */
function otherProblems({ verification, pictures, selfTest }: VerifyFindings): readonly string[] {
  const changed = pictures.filter(({ comparison }) => !comparison.ok).length;
  const survived = selfTest?.counts.survived ?? 0;
  const problems = [
    changed > 0 && `the detections on ${changed} of ${pictures.length} pictures change`,
    survived > 0 && `${survived} of ${selfTest!.counts.caught + survived} deliberate faults are not noticed`,
  ].filter((problem) => problem !== false);
  const outputs = verification.comparisons.some((each) => !each.ok);
  return outputs || problems.length > 0 ? problems : ["values inside the graphs are off"];
}

const sameDetections = (pictures: VerifyFindings["pictures"]): readonly string[] =>
  pictures.length > 0
    ? [`the same detections on ${pictures.length} ${pictures.length === 1 ? "picture" : "pictures"}`]
    : [];

function arithmetic({ verification: { provider, placement, arithmetic: float32 } }: VerifyFindings) {
  const fellBack = placement && `${placement.onProvider} nodes, ${placement.onCpu.length} fell back to the CPU`;
  const said = [provider, fellBack, float32].filter(Boolean).join(", ");
  return [["Provider", said] as const];
}
