import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { REPORT_VERSION, renderJson } from "./render-json.js";
import type { Report } from "./report.js";
import { sampleReport } from "./testing/sample-report.js";

const schema = JSON.parse(readFileSync(new URL("../../../docs/report.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

function errorsOf(report: Report): readonly string[] {
  validate(JSON.parse(renderJson(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test("a report with every section fits the schema of its version", () => {
  expect(errorsOf(sampleReport())).toEqual([]);
  expect(schema.properties.version).toEqual({ const: REPORT_VERSION });
  const sections = Object.keys({ version: REPORT_VERSION, ...sampleReport() });
  expect(Object.keys(schema.properties).filter((name) => !sections.includes(name))).toEqual(["divergence"]);
});

test("figures that JSON does not have fit as well, and what the schema does not know does not", () => {
  const report = sampleReport();
  const [first, ...others] = report.checks;
  const infinite = { ...first!, maxRel: Number.NaN, maxAbs: Number.POSITIVE_INFINITY };
  expect(errorsOf({ ...report, checks: [infinite, ...others] })).toEqual([]);
  const unknown = { ...report, verdict: { ...report.verdict, mood: "good" } };
  expect(errorsOf(unknown)).toEqual(["/verdict must NOT have additional properties"]);
});
