import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { opsetPage } from "./testing/opset-changes.js";

test("docs/opsets.md is what `node scripts/opset-table.mjs --write` makes", () => {
  expect(readFileSync(new URL("../../../docs/opsets.md", import.meta.url), "utf8")).toBe(opsetPage());
});
