import { escapeMarkup } from "./escape.js";
import { FINDING_KINDS, type Finding, type FindingKind, findingsOf } from "./findings.js";
import type { Report, RunFacts } from "./report.js";

/** JUnit's XML as Jenkins' schema (junit-10.xsd) has it: a test suite for each kind of finding, a test case for each finding. */
export function renderJUnit(report: Report): string {
  const findings = findingsOf(report);
  const kinds = Object.keys(FINDING_KINDS) as readonly FindingKind[]; // keys of the literal
  const suites = kinds
    .map((kind) => ({ kind, own: findings.filter((finding) => finding.kind === kind) }))
    .filter(({ own }) => own.length > 0)
    .map(({ kind, own }) => suite(kind, own, report.run));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${quoted(report.title)} ${counts(findings)}${timeOf(report.run)}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

const quoted = (text: string): string => `"${escapeMarkup(text)}"`;

const count = (findings: readonly Finding[], wanted: Finding["outcome"]): number =>
  findings.filter(({ outcome }) => outcome === wanted).length;

const counts = (findings: readonly Finding[]): string =>
  `tests="${findings.length}" failures="${count(findings, "failed")}" errors="0"`;

/** Seconds of the whole run. */
const timeOf = (run: RunFacts | undefined): string => (run ? ` time="${(run.elapsedMs / 1000).toFixed(3)}"` : "");

/** The whole run is the time of the verdict; of single findings it is not known. */
function suite(kind: FindingKind, findings: readonly Finding[], run: RunFacts | undefined): string {
  const started = run ? ` timestamp=${quoted(run.started.replace(/\.\d+Z$/, ""))}` : "";
  const time = kind === "verdict" ? timeOf(run) : "";
  const head = `name="${kind}" ${counts(findings)} skipped="${count(findings, "skipped")}"${time}${started}`;
  return [`  <testsuite ${head}>`, ...findings.map((each) => testCase(each, time)), "  </testsuite>"].join("\n");
}

function testCase({ kind, name, outcome, text }: Finding, time: string): string {
  const head = `    <testcase classname="verify.${kind}" name=${quoted(name)}${time}`;
  if (outcome === "passed") return `${head}/>`;
  const problem =
    outcome === "failed"
      ? `<failure type="${kind}" message=${quoted(text)}>${escapeMarkup(text)}</failure>`
      : `<skipped message=${quoted(text)}/>`;
  return `${head}>\n      ${problem}\n    </testcase>`;
}
