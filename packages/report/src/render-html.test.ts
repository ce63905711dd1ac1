import { expect, test } from "@jest/globals";
import { renderHtml } from "./render-html.js";
import type { Report } from "./report.js";
import { attribute, descendants, parsePage, sectionsOf, textOf } from "./testing/parse-page.js";
import { sampleReport } from "./testing/sample-report.js";

const ORDER = ["checks", "layers", "budget", "bisection", "network", "models", "pictures", "mutants", "notes"];

test("the sections stand in their order, under a verdict", () => {
  const page = parsePage(renderHtml(sampleReport()));
  expect([...sectionsOf(page).keys()]).toEqual([...ORDER, "environment"]);
  const headings = page.elements.filter(({ tagName }) => tagName === "h1").map(textOf);
  expect(headings).toEqual(["FailedThe optimised graph does not compute what the plain graph computes."]);
});

test("outputs are judged in the unit of the part that decides, and the page says which", () => {
  const checks = textOf(sectionsOf(parsePage(renderHtml(sampleReport()))).get("checks")!);
  expect(checks).toContain("Each error is in the unit of its kind of number.");
  expect(checks).toContain("objectness of 4p(1-p)");
  expect(checks).not.toMatch(/of (the output’s )?scale/i);
});

test.each([
  ["checks", { checks: [] }],
  ["layers", { layers: undefined }],
  ["budget", { budget: undefined }],
  ["bisection", { bisection: undefined }],
  ["network", { network: undefined }],
  ["models", { models: [] }],
  ["pictures", { pictures: undefined }],
  ["mutants", { mutants: undefined }],
  ["notes", { notes: [] }],
])("without %s there is neither its section nor a way to it", (id, absence) => {
  const text = renderHtml({ ...sampleReport(), ...absence } as Report); // undefined stands for absent
  const page = parsePage(text);
  expect([...sectionsOf(page).keys()]).toEqual([...ORDER.filter((each) => each !== id), "environment"]);
  expect(page.elements.some((element) => attribute(element, "href") === `#${id}`)).toBe(false);
});

test("a report of one model, by known answers, needs no reference", () => {
  const report = sampleReport();
  const page = parsePage(renderHtml({ ...report, models: report.models.filter(({ role }) => role === "candidate") }));
  const columns = descendants(sectionsOf(page).get("models")!)
    .filter(({ tagName }) => tagName === "th")
    .filter((element) => attribute(element, "scope") === "col");
  expect(columns.map(textOf)).toEqual(["Figure", "Candidate", "Op", "Candidate"]);
});

test("the verdict tells the worst error and its tolerance", () => {
  const { elements } = parsePage(renderHtml(sampleReport()));
  const worst = elements.find((element) => attribute(element, "class") === "worst failed");
  expect(textOf(worst!)).toContain("3.20e-3");
  expect(textOf(worst!)).toContain("32 times the tolerance of 1e-4");
});

test("what failed comes first, in checks, pictures and faults", () => {
  const report = sampleReport();
  const [changed] = report.pictures ?? [];
  const pictures = [{ ...changed!, name: "same.jpg", ok: true }, changed!];
  const sections = sectionsOf(parsePage(renderHtml({ ...report, pictures })));
  const firstRow = (id: string): string =>
    textOf(descendants(sections.get(id)!).find((each) => attribute(each, "scope") === "row")!);
  expect(firstRow("checks")).toBe("zeros");
  expect(firstRow("mutants")).toBe("nudge-bias");
  const names = descendants(sections.get("pictures")!).filter(({ tagName }) => tagName === "h3");
  expect(names.map(textOf)).toEqual(["crowd.jpg changed", "same.jpg alike"]);
});

test("many comparisons are summed up by input, and all stay there to open", () => {
  const report = sampleReport();
  const checks = [...report.checks, ...report.checks, ...report.checks];
  const own = descendants(sectionsOf(parsePage(renderHtml({ ...report, checks }))).get("checks")!);
  expect(own.filter(({ tagName }) => tagName === "caption").map(textOf)).toEqual([
    "The worst error on each input, the worst first",
    "Each comparison, the worst first",
  ]);
  const rows = own.filter((element) => attribute(element, "scope") === "row").map(textOf);
  expect(rows).toEqual(["zeros", "noise (seed 1)", ...rows.slice(2)]);
  expect(rows.slice(2)).toHaveLength(checks.length);
});
