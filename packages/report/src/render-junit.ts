import { escapeMarkup } from "./escape.js";
import { FINDING_KINDS, type Finding, type FindingKind, findingsOf } from "./findings.js";
import type { Report } from "./report.js";

/** JUnit's XML as CI servers read it: a test suite for each kind of finding, a test case for each finding. */
export function renderJUnit(report: Report): string {
  const findings = findingsOf(report);
  const kinds = Object.keys(FINDING_KINDS) as readonly FindingKind[]; // keys of the literal
  const suites = kinds
    .map((kind) => ({ kind, own: findings.filter((finding) => finding.kind === kind) }))
    .filter(({ own }) => own.length > 0)
    .map(({ kind, own }) => suite(kind, own));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${quoted(report.title)} ${counts(findings)}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

const quoted = (text: string): string => `"${escapeMarkup(text)}"`;

function counts(findings: readonly Finding[]): string {
  const count = (wanted: Finding["outcome"]): number => findings.filter(({ outcome }) => outcome === wanted).length;
  return `tests="${findings.length}" failures="${count("failed")}" errors="0" skipped="${count("skipped")}"`;
}

const suite = (kind: FindingKind, findings: readonly Finding[]): string =>
  [`  <testsuite name="${kind}" ${counts(findings)}>`, ...findings.map(testCase), "  </testsuite>"].join("\n");

function testCase({ kind, name, outcome, text }: Finding): string {
  const head = `    <testcase classname="verify.${kind}" name=${quoted(name)}`;
  if (outcome === "passed") return `${head}/>`;
  const element = outcome === "failed" ? "failure" : "skipped";
  return `${head}>\n      <${element} message=${quoted(text)}/>\n    </testcase>`;
}
