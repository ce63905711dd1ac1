import { describe, expect, test } from "@jest/globals";
import { SaxesParser } from "saxes";
import { renderHtml } from "./render-html.js";
import { renderJson } from "./render-json.js";
import { renderJUnit } from "./render-junit.js";
import { renderSarif } from "./render-sarif.js";
import { HOSTILE_NAMES, hostileReport, wellFormedName } from "./testing/hostile-report.js";
import { attribute, descendants, parsePage, sectionsOf, textOf } from "./testing/parse-page.js";

const harmless = parsePage(renderHtml(hostileReport("name")));

describe.each(HOSTILE_NAMES)("%j", (name) => {
  const report = hostileReport(name);

  test("stays text in HTML", () => {
    const page = parsePage(renderHtml(report));
    expect(page.errors).toEqual([]);
    expect(tagCounts(page.elements.map(({ tagName }) => tagName))).toEqual(
      tagCounts(harmless.elements.map(({ tagName }) => tagName)),
    );
    const attributes = page.elements.flatMap(({ attrs }) => attrs);
    expect(attributes.filter((each) => each.name.startsWith("on"))).toEqual([]);
    for (const section of sectionsOf(page).values()) expect(textOf(section)).toContain(wellFormedName(name));
    const picture = descendants(sectionsOf(page).get("pictures")!).find(({ tagName }) => tagName === "img");
    expect(attribute(picture!, "alt")).toContain(wellFormedName(name));
  });

  test("stays text in JUnit", () => {
    const suites: string[] = [];
    const messages: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", ({ name: tag, attributes }) => {
      if (tag === "testsuites") suites.push(attributes.name!);
      if (tag === "failure" || tag === "skipped") messages.push(attributes.message!);
    });
    parser.write(renderJUnit(report)).close();
    expect(suites).toEqual([wellFormedName(name)]);
    expect(messages.some((message) => message.includes(wellFormedName(name)))).toBe(true);
  });

  test.each([
    ["SARIF", renderSarif],
    ["JSON", renderJson],
  ])("stays text in %s", (_, render) => {
    const text = render(report);
    expect(text).not.toMatch(/\p{Surrogate}/u);
    const strings: string[] = [];
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === "string") strings.push(value);
      return value;
    });
    expect(strings.some((each) => each.includes(name.replace(/\p{Surrogate}/gu, "\ufffd")))).toBe(true);
  });
});

function tagCounts(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== "wbr") counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].sort());
}
