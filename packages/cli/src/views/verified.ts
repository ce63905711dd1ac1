import type { BudgetRow, Check, LayerRow, Report, SelfTestResult, VerifyFindings } from "@yolo-compile/proof";
import { out } from "../colors.js";
import { formatTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { printDivergence } from "./divergence.js";
import { grouped, line, megabytes, some } from "./text.js";

const verdict = (ok: boolean): string => (ok ? out.green("ok") : out.red("FAILED"));

const scientific = (value: number): string => (Number.isFinite(value) ? value.toExponential(2) : "not finite");

/** Prints a verification; the verdict comes last, where the eye is. */
export function printVerified(report: Report, findings: VerifyFindings, terminal: Terminal): void {
  for (const { role, name, bytes, nodes, opset } of report.models)
    terminal.print(
      line(role, `${out.bold(name)}, ${nodes} nodes, opset ${opset}${bytes ? `, ${megabytes(bytes)}` : ""}`),
    );
  printChecks(report.checks, terminal);
  if (report.layers) printLayers(report.layers.rows, terminal);
  if (report.pictures) printPictures(report.pictures, terminal);
  if (report.budget) printBudget(report.budget, terminal);
  if (findings.bisection) printBisection(report, findings, terminal);
  if (report.divergence) printDivergence(report.divergence, terminal);
  if (findings.selfTest) printSelfTest(findings.selfTest, terminal);
  const { ok, text } = report.verdict;
  terminal.print(ok ? out.green(text) : out.red(text));
}

function table(head: readonly string[], rows: readonly (readonly string[])[], terminal: Terminal): void {
  terminal.print(...formatTable({ head }, rows));
}

function printChecks(checks: readonly Check[], terminal: Terminal): void {
  const rows = checks.map((check) => {
    const { input, output, provider, runtimeLevel } = check;
    const subject = ["", input, output, provider, runtimeLevel];
    if (check.status === "skipped") return [...subject, "", "", "", `skipped: ${check.reason}`];
    const { part, maxAbs, maxRel, nonFinite, ok } = check;
    const sick = nonFinite > 0 ? `, ${grouped(nonFinite)} not finite` : "";
    return [...subject, part, scientific(maxAbs), scientific(maxRel), verdict(ok) + sick];
  });
  const head = ["", "input", "output", "on", "runtime rewrites", "closest part", "max |error|", "of its unit", ""];
  table(head, rows, terminal);
}

/** The strip's colours by how far an error is below the tolerance; without colours, by the height of a bar. */
const BARS = "▁▂▃▄▅▆▇█";

function printLayers(rows: readonly LayerRow[], terminal: Terminal): void {
  const covered = rows.filter(({ status }) => status === "compared").length;
  terminal.print(line("layers", `${covered} of ${rows.length} compared  ${heatStrip(rows)}`));
  table(
    ["", "row", "module", "shape", "max |error|", "of scale", "mean", "std", ""],
    rows.map((row) => {
      const subject = ["", row.where, row.module, row.shapes.map((shape) => shape.join("x")).join(" ")];
      if (row.status === "uncovered") return [...subject, "", "", "", "", row.reason];
      const { maxAbs, maxRel, statistics, ok } = row;
      const { mean, std } = statistics;
      return [...subject, scientific(maxAbs), scientific(maxRel), mean.toPrecision(3), std.toPrecision(3), verdict(ok)];
    }),
    terminal,
  );
}

/** One bar a row, from 1e-8 of scale or less to 1e-1 or more. */
function heatStrip(rows: readonly LayerRow[]): string {
  return rows
    .map((row) => {
      if (row.status === "uncovered") return " ";
      const height = Math.round(Math.log10(Math.max(row.maxRel, 1e-8)) + 8);
      const bar = BARS[Math.min(BARS.length - 1, Math.max(0, height))]!;
      return row.ok ? out.green(bar) : out.red(bar);
    })
    .join("");
}

function printPictures(pictures: NonNullable<Report["pictures"]>, terminal: Terminal): void {
  table(
    ["", "picture", "same", "missing", "extra", "other class", "other order", "least IoU", "score change", ""],
    pictures.map(({ name, matched, missing, extra, classChanges, orderChanges, worst, ok }) => [
      "",
      name,
      ...[matched, missing, extra, classChanges, orderChanges].map(String),
      worst ? worst.minIou.toFixed(6) : "",
      worst ? scientific(worst.maxScoreDelta) : "",
      verdict(ok),
    ]),
    terminal,
  );
}

function printBudget(rows: readonly BudgetRow[], terminal: Terminal): void {
  table(
    ["budget", "cause", "of its unit", "max |error|", ""],
    rows.map((row) =>
      row.status === "skipped"
        ? ["", row.cause, "", "", `skipped: ${row.reason}`]
        : ["", row.cause, scientific(row.maxRel), scientific(row.maxAbs), row.comparedTo],
    ),
    terminal,
  );
}

function printBisection({ bisection }: Report, findings: VerifyFindings, terminal: Terminal): void {
  const { rewrites, runs } = findings.bisection!; // printVerified has looked
  if (!bisection) {
    terminal.print(line("bisect", `none of ${rewrites} rewrites exceeds the tolerance`));
    return;
  }
  const { pass, rewrite, node, where, maxRel, reproducer } = bisection;
  terminal.print(
    line("bisect", out.red(`rewrite ${rewrite.number} of ${rewrites}: ${rewrite.rule} in the pass ${pass}`)),
  );
  terminal.print(
    line("", `node ${node.op} ${node.path}, ${where}, off by ${scientific(maxRel)} of scale (${runs} runs)`),
  );
  if (reproducer) terminal.print(line("", `${reproducer}/ has it alone: before.onnx, after.onnx, inputs/`));
}

/** The most mutants that are listed by name. */
const LISTED = 12;

function printSelfTest({ mutants, counts, weakest }: SelfTestResult, terminal: Terminal): void {
  const changing = counts.caught + counts.survived;
  const others = [
    `${counts.equivalent} change nothing`,
    `${counts.indistinguishable} cannot be told apart`,
    `${counts.faint} are less than rounding`,
    `${counts.refused} do not run`,
  ];
  terminal.print(line("self-test", `${counts.caught} of ${changing} faults caught, ${others.join(", ")}`));
  if (weakest?.outcome.kind === "caught") {
    const { sighting } = weakest.outcome;
    const margin = `${scientific(sighting.maxRel)} of ${sighting.part}, ${scientific(sighting.allowed)} is allowed`;
    terminal.print(line("", `closest to passing: ${weakest.operator} in ${weakest.where}, ${margin}`));
  }
  const survivors = mutants.filter(({ outcome }) => outcome.kind === "survived");
  const names = survivors.map(({ operator, where }) => `${operator} in ${where}`);
  if (survivors.length > 0) terminal.print(line("", out.red(`not noticed: ${some(names, LISTED)}`)));
}
