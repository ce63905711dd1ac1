import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { FAMILIES } from "./families.js";
import { listModules } from "./list-modules.js";

const listed = listModules();

test("every name of every family is listed once, with the arguments of its definition", () => {
  for (const { name, modules } of FAMILIES) {
    const groups = listed.find(({ family }) => family === name)!.groups;
    expect(groups.flatMap(({ names }) => names).sort()).toEqual([...modules.keys()].sort());
    for (const { signature, names } of groups)
      for (const each of names) expect(modules.get(each)!.signature).toEqual(signature);
  }
});

test("docs/module-names.md has the same: node scripts/list-modules.mjs writes it", () => {
  const text = readFileSync(fixturePath("../docs/module-names.md"), "utf8");
  const [, ...sections] = text.split(/^## /m);
  const documented = sections.map((section) => {
    const [family, ...lines] = section.trim().split("\n");
    const groups = lines
      .filter((line) => line.startsWith("| `") || line.startsWith("| none"))
      .map((line) => {
        const [signature, names] = line.split("|").slice(1, 3) as [string, string];
        const words = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
        return { signature: words(signature), names: words(names) };
      });
    return { family, groups };
  });
  expect(documented).toEqual(listed);
});
