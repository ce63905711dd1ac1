import { expect, test } from "@jest/globals";
import { SaxesParser } from "saxes";
import { renderJUnit } from "./render-junit.js";
import { sampleReport } from "./testing/sample-report.js";

/** The attributes of each element in Jenkins' junit-10.xsd, and which of them have to be there. */
const SCHEMA: Readonly<Record<string, { readonly may: readonly string[]; readonly must: readonly string[] }>> = {
  testsuites: { may: ["name", "time", "tests", "failures", "disabled", "errors"], must: [] },
  testsuite: {
    may: [
      "name",
      "tests",
      "failures",
      "errors",
      "time",
      "disabled",
      "skipped",
      "timestamp",
      "hostname",
      "id",
      "package",
    ],
    must: ["name", "tests"],
  },
  testcase: { may: ["name", "assertions", "time", "classname", "status"], must: ["name", "classname"] },
  failure: { may: ["type", "message"], must: [] },
  skipped: { may: ["type", "message"], must: [] },
};

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

function elements(): readonly Element[] {
  const found: Element[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => found.push({ name, attributes }));
  parser.write(renderJUnit(sampleReport())).close();
  return found;
}

test("elements have the attributes that Jenkins' schema allows and asks for", () => {
  for (const { name, attributes } of elements()) {
    const { may, must } = SCHEMA[name]!;
    expect(Object.keys(attributes).filter((each) => !may.includes(each))).toEqual([]);
    expect(must.filter((each) => !(each in attributes))).toEqual([]);
  }
});

test("the run's time and start are there, and counts are those of the cases", () => {
  const all = elements();
  const [root, first] = all;
  expect(root!.attributes.time).toBe("2.340");
  expect(first!.attributes).toMatchObject({ name: "verdict", time: "2.340", timestamp: "2026-01-02T03:04:05" });
  expect(Number(root!.attributes.tests)).toBe(all.filter(({ name }) => name === "testcase").length);
  expect(Number(root!.attributes.failures)).toBe(all.filter(({ name }) => name === "failure").length);
});
