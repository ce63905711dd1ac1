import { expect, test } from "@jest/globals";
import type { NodeDiagram } from "../report.js";
import { diagramParts } from "./diagram-parts.js";
import { MOST_BOXES } from "./lay-out.js";

const diagram = (paths: readonly string[]): NodeDiagram => ({
  nodes: paths.map((path, index) => ({ id: `${index}`, op: "Conv", path, rules: [] })),
  edges: paths.slice(1).map((_, index) => [`${index}`, `${index + 1}`]),
});

const repeat = (path: string, count: number): string[] => new Array<string>(count).fill(path);

test("a row that can be drawn stays whole", () => {
  const before = diagram(repeat("model.0.conv", MOST_BOXES));
  expect(diagramParts({ before, after: before })).toEqual([{ path: "", before, after: before }]);
});

test("a large row is divided where its paths are, and only as deep as it must", () => {
  const small = repeat("model.0.stem.0.conv", 20);
  const [first, second] = [repeat("model.0.blocks.0.attn.qkv", 150), repeat("model.0.blocks.1.ffn", 100)];
  const parts = diagramParts({
    before: diagram([...small, ...first, ...second]),
    after: diagram([...small, ...second]),
  });
  expect(parts.map(({ path, before, after }) => [path, before.nodes.length, after.nodes.length])).toEqual([
    ["model.0.stem", 20, 20],
    ["model.0.blocks.0", 150, 0],
    ["model.0.blocks.1", 100, 100],
  ]);
});

test("each part has the edges among its own nodes", () => {
  const before = diagram([...repeat("model.0.a", 150), ...repeat("model.0.b", 150)]);
  expect(diagramParts({ before, after: diagram([]) }).map((part) => part.before.edges.length)).toEqual([149, 149]);
});

test.each([
  ["that are all alike", repeat("model.0.conv", 500)],
  ["without end", repeat("a.".repeat(20_000), 500)],
  ["that are empty", repeat("", 500)],
])("paths %s leave one part", (_, paths) => {
  const parts = diagramParts({ before: diagram(paths), after: diagram([]) });
  expect(parts.map((part) => part.before.nodes.length)).toEqual([500]);
});
