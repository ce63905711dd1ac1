import { describe, expect, test } from "@jest/globals";
import type { PyValue } from "./python.js";
import { parseYaml, toPython } from "./yaml.js";

const float = (pyFloat: number): PyValue => ({ pyFloat });
const scalar = (text: string): PyValue =>
  (parseYaml(`a: ${text}\n`, "m.yaml") as ReadonlyMap<string, PyValue>).get("a")!;

// What PyYAML 6.0.3 makes of them.
test.each<[string, PyValue]>([
  ["yes", true],
  ["No", false],
  ["on", true],
  ["OFF", false],
  ["TRUE", true],
  ["y", "y"],
  ["~", null],
  ["Null", null],
  ["", null],
  ["None", "None"],
  ["+1", 1],
  ["-1", -1],
  ["010", 8],
  ["0x1F", 31],
  ["0b11", 3],
  ["0o10", "0o10"],
  ["1_000", 1000],
  ["1:30", 90],
  ["1.", float(1)],
  ["0.0", float(0)],
  [".5", float(0.5)],
  ["1.0e+3", float(1000)],
  ["1.5e-4", float(0.00015)],
  [".inf", float(Number.POSITIVE_INFINITY)],
  ["-.Inf", float(Number.NEGATIVE_INFINITY)],
  [".NaN", float(Number.NaN)],
  ["'1'", "1"],
  ['"no"', "no"],
  ["!!str 1", "1"],
  ["1.2.3", "1.2.3"],
  ["nn.ReLU()", "nn.ReLU()"],
  ["0.33  # depth", float(0.33)],
])("%j is read as PyYAML reads it", (text, value) => {
  expect(scalar(text)).toEqual(value);
});

test("lists, mappings, aliases and merges become plain values, and keys texts", () => {
  expect(parseYaml("a: &x [1, 2.0]\nb: *x\nc: {<<: {d: 1}, e: 2}\n1: f\n", "m.yaml")).toEqual(
    new Map<string, PyValue>([
      ["a", [1, float(2)]],
      ["b", [1, float(2)]],
      [
        "c",
        new Map([
          ["d", 1],
          ["e", 2],
        ]),
      ],
      ["1", "f"],
    ]),
  );
});

describe("what is refused", () => {
  test.each([
    ["a: [1, 2", "no valid yaml"],
    ["a: 1\n---\nb: 2", "no valid yaml"],
    ["a: !!python/object:os.system x", "no valid yaml"],
    [`a: ${"[".repeat(40)}${"]".repeat(40)}`, "no valid yaml"],
    [`${"- &a [1]\n"}${"- *a\n".repeat(101)}`, "no valid yaml"],
  ])("%j", (text, reason) => {
    expect(() => parseYaml(text, "m.yaml")).toThrow(`m.yaml is ${reason}`);
  });

  test("the parser's excerpt says where", () => {
    expect(() => parseYaml("nc: 80\nanchors: [1, 2\nhead: []\n", "m.yaml")).toThrow("3 | head: []");
  });

  test("a text that is longer than any model's", () => {
    expect(() => parseYaml(" ".repeat(2 ** 20 + 1), "m.yaml")).toThrow("m.yaml has 1048577 characters");
    expect(parseYaml(`${" ".repeat(2 ** 20 - 5)}\na: 1`, "m.yaml")).toEqual(new Map([["a", 1]]));
  });

  test("more values than any model's, each use of an alias counted", () => {
    expect(() => toPython(Array(100_000).fill(0), "m.yaml")).toThrow("m.yaml has more than 100000 values");
    expect(toPython(Array(99_999).fill(0), "m.yaml")).toHaveLength(99_999);
    const thousand = `a: &a [${"0, ".repeat(1000)}]\n`;
    expect(() => parseYaml(`${thousand}b: &b [${"*a, ".repeat(50)}]\nc: [*b, *b]\n`, "m.yaml")).toThrow(
      "100000 values",
    );
  });

  test("nesting deeper than any model's", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(() => toPython(nested(33), "m.yaml")).toThrow("m.yaml has nesting deeper than 32");
    expect(toPython(nested(32), "m.yaml")).toEqual(nested(32));
  });

  test.each([
    [new Date(0), "Date"],
    [undefined, "Undefined"],
    [Symbol("s"), "Symbol"],
    [10n, "BigInt"],
    [() => 1, "Function"],
  ])("a value that Python's yaml has no place for: %p", (value, kind) => {
    expect(() => toPython({ a: value }, "m.yaml")).toThrow(`m.yaml holds a value of kind ${kind}`);
  });
});

test("plain data keeps integers, floats and marked floats apart", () => {
  expect(toPython({ a: [1, 1.5, { pyFloat: 2 }, null, true, "x"] }, "m.yaml")).toEqual(
    new Map([["a", [1, float(1.5), float(2), null, true, "x"]]]),
  );
});
