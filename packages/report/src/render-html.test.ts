import { expect, test } from "@jest/globals";
import { renderHtml } from "./render-html.js";
import type { Report } from "./report.js";
import { attribute, descendants, parsePage, sectionsOf, textOf } from "./testing/parse-page.js";
import { sampleReport } from "./testing/sample-report.js";

const ORDER = ["pictures", "checks", "layers", "budget", "bisection", "network", "models", "mutants", "notes"];
const LAST = ["failing", "environment"];

test("the sections stand in their order, under a verdict", () => {
  const page = parsePage(renderHtml(sampleReport()));
  expect([...sectionsOf(page).keys()]).toEqual([...ORDER, ...LAST]);
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
  expect([...sectionsOf(page).keys()]).toEqual([...ORDER.filter((each) => each !== id), ...LAST]);
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

test("pictures come before figures where they differ, and after them where they do not", () => {
  const [changed] = sampleReport().pictures ?? [];
  const same = { ...sampleReport(), pictures: [{ ...changed!, ok: true }] };
  const ids = [...sectionsOf(parsePage(renderHtml(same))).keys()];
  expect(ids.indexOf("pictures")).toBeGreaterThan(ids.indexOf("models"));
});

test("every point of the plot of layers leads to its row of figures, which is there once", () => {
  const own = descendants(sectionsOf(parsePage(renderHtml(sampleReport()))).get("layers")!);
  const links = own.filter(({ tagName }) => tagName === "a").map((each) => attribute(each, "href"));
  const rows = own.filter(({ tagName }) => tagName === "tr").flatMap((each) => attribute(each, "id") ?? []);
  expect(links).toHaveLength(sampleReport().layers!.rows.length);
  expect(rows.map((id) => `#${id}`)).toEqual(links);
});

test("what failed can be taken along as data, and nothing that passed is in it", () => {
  const section = sectionsOf(parsePage(renderHtml(sampleReport()))).get("failing")!;
  const link = descendants(section).find((each) => attribute(each, "download") === "failing.json");
  const [, base64] = /^data:application\/json;base64,(.+)$/.exec(attribute(link!, "href") ?? "")!;
  const data = JSON.parse(Buffer.from(base64!, "base64").toString());
  expect(data.checks).toEqual([expect.objectContaining({ input: "zeros", ok: false })]);
  expect(data.layers.rows.map(({ index }: { index: number }) => index)).toEqual([1]);
  expect(data.pictures).toEqual([expect.objectContaining({ name: "crowd.jpg", missing: 1 })]);
  const passed = { ...sampleReport(), verdict: { ok: true, text: "same", words: "PASSED: same" } };
  expect(sectionsOf(parsePage(renderHtml(passed))).has("failing")).toBe(false);
});

test("the page names the command, its time, and the checkpoint by its bytes", () => {
  const text = textOf(sectionsOf(parsePage(renderHtml(sampleReport()))).get("environment")!);
  for (const each of ["yolo-compile verify sample.pt --budget", "2026-01-02T03:04:05.678Z", "2.34 s"])
    expect(text).toContain(each);
  expect(text).toContain("c0de".repeat(16));
});

test("what another arithmetic would do stands apart from the budget", () => {
  const own = descendants(sectionsOf(parsePage(renderHtml(sampleReport()))).get("budget")!);
  const tables = own.filter(({ tagName }) => tagName === "tbody").map(textOf);
  expect(tables).toEqual([expect.stringContaining("fold"), expect.stringContaining("TF32")]);
});

test("many comparisons are summed up by input, and all stay there to open", () => {
  const report = sampleReport();
  const checks = [...report.checks, ...report.checks, ...report.checks];
  const own = descendants(sectionsOf(parsePage(renderHtml({ ...report, checks }))).get("checks")!);
  expect(own.filter(({ tagName }) => tagName === "caption").map(textOf)).toEqual([
    "The worst error on each input, the worst first scrolls sideways →",
    "Each comparison, the worst first scrolls sideways →",
  ]);
  const rows = own.filter((element) => attribute(element, "scope") === "row").map(textOf);
  expect(rows).toEqual(["zeros", "noise (seed 1)", ...rows.slice(2)]);
  expect(rows.slice(2)).toHaveLength(checks.length);
});
