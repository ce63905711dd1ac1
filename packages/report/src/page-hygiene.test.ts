import { expect, test } from "@jest/globals";
import { renderHtml } from "./render-html.js";
import { attribute, descendants, parsePage, textOf } from "./testing/parse-page.js";
import { sampleReport } from "./testing/sample-report.js";

const page = parsePage(renderHtml(sampleReport()));
const all = (tagName: string) => page.elements.filter((element) => element.tagName === tagName);

test("the page is HTML without errors", () => expect(page.errors).toEqual([]));

test("nothing runs and nothing is loaded", () => {
  expect(["script", "link", "iframe", "object", "embed", "form", "base"].flatMap(all)).toEqual([]);
  const attributes = page.elements.flatMap(({ attrs }) => attrs);
  expect(attributes.filter(({ name }) => name.startsWith("on"))).toEqual([]);
  const addresses = attributes.filter(({ name }) => ["href", "src", "srcset", "action"].includes(name));
  expect(addresses.filter(({ value }) => !/^(#|data:(image\/jpeg|application\/json);base64,)/.test(value))).toEqual([]);
  expect(textOf(all("style")[0]!)).not.toMatch(/url\(|@import/);
  const policy = all("meta").find((element) => attribute(element, "http-equiv") === "Content-Security-Policy");
  expect(attribute(policy!, "content")).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/);
});

test("ids are unique, and every link and label finds its own", () => {
  const ids = page.elements.flatMap((element) => attribute(element, "id") ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  const named = page.elements.flatMap((element) => [
    ...(/^#(.*)/.exec(attribute(element, "href") ?? "")?.[1]?.split(" ") ?? []),
    ...(attribute(element, "aria-labelledby")?.split(" ") ?? []),
  ]);
  expect(named.filter((name) => !ids.includes(name))).toEqual([]);
});

test("headings do not skip a level", () => {
  const levels = page.elements.flatMap(({ tagName }) => /^h([1-6])$/.exec(tagName)?.[1] ?? []).map(Number);
  expect(levels[0]).toBe(1);
  expect(levels.filter((level, index) => index > 0 && level > levels[index - 1]! + 1)).toEqual([]);
});

test("tables have a caption and their headings a scope", () => {
  expect(all("table").length).toBeGreaterThan(5);
  for (const table of all("table")) {
    const inside = descendants(table);
    expect(inside.filter(({ tagName }) => tagName === "caption").map(textOf)).toEqual([expect.stringMatching(/./)]);
    const headings = inside.filter(({ tagName }) => tagName === "th");
    expect(headings.filter((element) => !/^(col|row)$/.test(attribute(element, "scope") ?? ""))).toEqual([]);
    expect(headings.filter((element) => textOf(element).trim() === "")).toEqual([]);
  }
});

test("landmarks, the language and texts for pictures are there", () => {
  expect(attribute(all("html")[0]!, "lang")).toBe("en");
  expect(["header", "nav", "main", "footer"].filter((name) => all(name).length === 0)).toEqual([]);
  expect(all("img").map((element) => attribute(element, "alt"))).toEqual([
    "crowd.jpg with 2 boxes of the reference and 1 of the candidate",
  ]);
  const drawings = all("svg").filter((element) => attribute(element, "role") === "img");
  expect(drawings.filter((element) => !attribute(element, "aria-label"))).toEqual([]);
});

test("every row of the network has a box that leads to its nodes", () => {
  const links = all("a").filter((element) => attribute(element, "href")?.startsWith("#row-"));
  expect(links.map((element) => attribute(element, "href"))).toEqual(["#row-0", "#row-1", "#row-2", "#row-3"]);
  const targets = links.map((link) =>
    page.elements.find((each) => `#${attribute(each, "id")}` === attribute(link, "href")),
  );
  for (const target of targets) expect(target?.parentNode?.nodeName).toBe("details");
});
