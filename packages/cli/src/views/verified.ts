import type { BudgetRow, Check, LayerRow, Report, SelfTestResult, VerifyFindings } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { comparisonColumns } from "./comparison-columns.js";
import { printDivergence } from "./divergence.js";
import { grouped, line, megabytes, some } from "./text.js";

const verdict = (ok: boolean): string => (ok ? out.green("ok") : out.red("FAILED"));

const scientific = (value: number): string => (Number.isFinite(value) ? value.toExponential(2) : "not finite");

/** Prints a verification: the verdict, then what it rests on. */
export function printVerified(report: Report, findings: VerifyFindings, terminal: Terminal): void {
  const { ok, text, words } = report.verdict;
  const paint = ok ? out.green : out.red;
  terminal.headline(paint(words));
  terminal.print(paint(text));
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
  terminal.table(comparisonColumns(checks), rows);
}

/** The strip's colours by how far an error is below the tolerance; without colours, by the height of a bar. */
const BARS = "▁▂▃▄▅▆▇█";

function printLayers(rows: readonly LayerRow[], terminal: Terminal): void {
  const covered = rows.filter(({ status }) => status === "compared").length;
  const count = `${covered} of ${rows.length} compared  `;
  terminal.print(line("layers", `${count}${heatStrip(rows, terminal.width - LABELLED - count.length)}`));
  terminal.table(
    { head: ["", "row", "", "module", "shape", "max |error|", "of scale", "mean", "std", ""], optional: [8, 7, 5, 2] },
    rows.map((row) => {
      const shapes = row.shapes.map((shape) => shape.join("x")).join(" ");
      const subject = ["", String(row.index), row.where, row.module, shapes];
      if (row.status === "uncovered") return [...subject, "", "", "", "", row.reason];
      const { maxAbs, maxRel, statistics, ok } = row;
      const { mean, std } = statistics;
      return [...subject, scientific(maxAbs), scientific(maxRel), mean.toPrecision(3), std.toPrecision(3), verdict(ok)];
    }),
  );
}

/** The width of a label, see {@link line}. */
const LABELLED = 10;

/** One bar a row, from 1e-8 of scale or less to 1e-1 or more; where there is less room, one for the worst of several. */
function heatStrip(rows: readonly LayerRow[], room: number): string {
  const count = Math.max(1, Math.ceil(rows.length / room));
  const groups = Array.from({ length: Math.ceil(rows.length / count) }, (_, at) =>
    rows.slice(at * count, (at + 1) * count),
  );
  return groups.map(heatBar).join("");
}

function heatBar(rows: readonly LayerRow[]): string {
  const compared = rows.filter((row) => row.status === "compared");
  if (compared.length === 0) return " ";
  const shares = compared.map(({ maxRel }) => (Number.isFinite(maxRel) ? maxRel : 1));
  const height = Math.round(Math.log10(Math.max(...shares, 1e-8)) + 8);
  const bar = BARS[Math.min(BARS.length - 1, Math.max(0, height))]!;
  return compared.every(({ ok }) => ok) ? out.green(bar) : out.red(bar);
}

function printPictures(pictures: NonNullable<Report["pictures"]>, terminal: Terminal): void {
  const head = [
    "",
    "picture",
    "same",
    "missing",
    "extra",
    "other class",
    "other order",
    "least IoU",
    "score change",
    "",
  ];
  terminal.table(
    { head, optional: [6] },
    pictures.map(({ name, matched, missing, extra, classChanges, orderChanges, worst, ok }) => [
      "",
      name,
      ...[matched, missing, extra, classChanges, orderChanges].map(String),
      worst ? worst.minIou.toFixed(6) : "",
      worst ? scientific(worst.maxScoreDelta) : "",
      verdict(ok),
    ]),
  );
}

function printBudget(rows: readonly BudgetRow[], terminal: Terminal): void {
  terminal.table(
    { head: ["budget", "cause", "of its unit", "max |error|", ""], optional: [3] },
    rows.map((row) =>
      row.status === "skipped"
        ? ["", row.cause, "", "", `skipped: ${row.reason}`]
        : ["", row.cause, scientific(row.maxRel), scientific(row.maxAbs), row.comparedTo],
    ),
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
