import { expect, test } from "@jest/globals";
import { renderHtml } from "./render-html.js";
import { renderJson } from "./render-json.js";
import type { Measure, Report } from "./report.js";
import { descendants, hasClass, type Page, parsePage, sectionsOf, textOf } from "./testing/parse-page.js";
import { sampleReport } from "./testing/sample-report.js";

/** The sample with every measure replaced, as graphs give them whose values overflow. */
function withMeasures(measure: Measure): Report {
  const report = sampleReport();
  return {
    ...report,
    checks: report.checks.map((check) =>
      check.status === "compared" ? { ...check, ...measure, nonFinite: 7, ok: false } : check,
    ),
    layers: {
      ...report.layers!,
      rows: report.layers!.rows.map((row) =>
        row.status === "compared" ? { ...row, ...measure, nonFinite: 7, ok: false } : row,
      ),
    },
    bisection: { ...report.bisection!, ...measure },
    budget: report.budget!.map((row) => (row.status === "measured" ? { ...row, ...measure } : row)),
    mutants: report.mutants!.map((mutant) => ({ ...mutant, maxRel: measure.maxRel })),
  };
}

/** Elements with a coordinate, size or style that is no number. */
const unplaced = ({ elements }: Page) =>
  elements
    .flatMap(({ attrs }) => attrs)
    .filter(({ name }) => /^(c?[xy][12]?|d|style|width|height|transform|viewBox)$/.test(name))
    .filter(({ value }) => /NaN|Infinity|undefined/.test(value));

test.each([
  ["NaN", Number.NaN],
  ["∞", Number.POSITIVE_INFINITY],
])("errors of %s are said and drawn at the end of the axis", (spelling, error) => {
  const text = renderHtml(withMeasures({ maxAbs: error, maxRel: error }));
  const page = parsePage(text);
  expect(unplaced(page)).toEqual([]);
  const layers = descendants(sectionsOf(page).get("layers")!);
  const axis = layers.find((element) => hasClass(element, "axis"));
  expect(textOf(axis!)).toContain("NaN, ∞");
  for (const id of ["checks", "layers", "bisection", "budget", "mutants"])
    expect(textOf(sectionsOf(page).get(id)!)).toContain(spelling);
  expect(textOf(sectionsOf(page).get("bisection")!)).toContain("no finite difference, so beyond the tolerance of 1e-4");
});

test("a tolerance of nothing and no difference are drawn too", () => {
  const report = sampleReport();
  const exact = { name: "EXACT", relative: 0 };
  const checks = report.checks.map((check) =>
    check.status === "compared" ? { ...check, tolerance: exact, maxRel: 0, maxAbs: 0, ok: true } : check,
  );
  const layers = { ...report.layers!, tolerance: exact };
  const text = renderHtml({
    ...report,
    checks,
    layers,
    verdict: { ok: true, text: "both are the same", words: "PASSED: the same numbers, bit for bit" },
  });
  const page = parsePage(text);
  expect(text).toContain("No difference at all");
  expect(unplaced(page)).toEqual([]);
});

test("JSON spells what it has no numbers for", () => {
  const parsed: unknown = JSON.parse(
    renderJson(withMeasures({ maxAbs: Number.NaN, maxRel: Number.NEGATIVE_INFINITY })),
  );
  expect(parsed).toMatchObject({ bisection: { maxAbs: "NaN", maxRel: "-Infinity" } });
});
