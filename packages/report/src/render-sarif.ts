import type { Diagnostic } from "@yolo-compile/core";
import { wellFormed } from "./escape.js";
import { FINDING_KINDS, type Finding, type FindingKind, findingsOf } from "./findings.js";
import type { Report } from "./report.js";

/** The failures and warnings in SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function renderSarif(report: Report): string {
  const failed = findingsOf(report).filter(({ outcome }) => outcome === "failed");
  const warnings = report.notes.filter(({ severity }) => severity !== "note");
  const candidate = report.models.find(({ role }) => role === "candidate")?.name ?? report.title;
  const kinds = Object.keys(FINDING_KINDS) as readonly FindingKind[]; // keys of the literal
  const codes = [...new Set(warnings.map(({ code }) => code))];
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            semanticVersion: report.tool.version,
            rules: [
              ...kinds.map((kind) => ({ id: `verify/${kind}`, shortDescription: { text: FINDING_KINDS[kind] } })),
              ...codes.map((code) => ({ id: code, shortDescription: { text: `Diagnostic ${code}` } })),
            ],
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true }],
        results: [
          ...failed.map((finding) => failure(finding, candidate)),
          ...warnings.map((diagnostic) => warning(diagnostic, candidate)),
        ],
      },
    ],
  };
  return `${JSON.stringify(log, spell, 2)}\n`;
}

const failure = ({ kind, name, place, text }: Finding, model: string) => ({
  ruleId: `verify/${kind}`,
  level: "error",
  message: { text: `${name}: ${text}` },
  locations: [location(model, place)],
});

const warning = ({ code, severity, message, where, hint }: Diagnostic, model: string) => ({
  ruleId: code,
  level: severity,
  message: { text: hint ? `${message} - ${hint}` : message },
  locations: [location(model, where ?? model)],
});

const location = (model: string, place: string) => ({
  physicalLocation: { artifactLocation: { uri: encodeURI(wellFormed(model)) } },
  logicalLocations: [{ fullyQualifiedName: place, kind: "element" }],
});

const spell = (_: string, value: unknown): unknown => (typeof value === "string" ? wellFormed(value) : value);
