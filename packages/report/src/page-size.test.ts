import { expect, test } from "@jest/globals";
import { renderHtml } from "./render-html.js";
import type { DiagramRow, NodeDiagram, Report } from "./report.js";
import { sampleReport } from "./testing/sample-report.js";

/** A chain with a skip over every third node, as residual blocks have. */
function chain(path: string, length: number): NodeDiagram {
  const nodes = Array.from({ length }, (_, index) => ({
    id: `${index}`,
    op: ["Conv", "BatchNormalization", "Sigmoid", "Mul"][index % 4]!,
    path: `${path}.m.${Math.floor(index / 8)}.cv${(index % 8) >> 2}.conv`,
    rules: index % 2 ? [] : ["fold-batch-norm"],
  }));
  const edges = nodes.flatMap((_, index): [string, string][] => [
    ...(index > 0 ? [[`${index - 1}`, `${index}`] as [string, string]] : []),
    ...(index > 3 && index % 3 === 0 ? [[`${index - 4}`, `${index}`] as [string, string]] : []),
  ]);
  return { nodes, edges };
}

const row = (index: number, length: number): DiagramRow => ({
  index,
  module: "C3",
  where: `backbone[${index}]`,
  from: index % 5 === 4 ? [index - 1, index - 4] : [index - 1],
  shapes: [[1, 64, 40, 40]],
  before: chain(`model.${index}`, length),
  after: chain(`model.${index}`, Math.floor(length / 2)),
});

/** As large as a report of the demo model: 25 rows, some hundred nodes on each side, 13 inputs, 4 pictures of 50 kB. */
function demoSized(): Report {
  const report = sampleReport();
  const [picture] = report.pictures!;
  const box = picture!.reference[0]!;
  const boxes = Array.from({ length: 22 }, (_, index) => ({ ...box, x1: index, x2: index + 9.123456 }));
  return {
    ...report,
    checks: Array.from({ length: 26 }, (_, index) => ({ ...report.checks[0]!, input: `input ${index >> 1}` })),
    network: { rows: Array.from({ length: 25 }, (_, index) => row(index, 14)) },
    mutants: Array.from({ length: 77 }, () => report.mutants![0]!),
    pictures: Array.from({ length: 4 }, () => ({
      ...picture!,
      jpeg: new Uint8Array(50_000).fill(0x5a),
      reference: boxes,
      candidate: boxes,
    })),
  };
}

test("a report of the demo model stays far below 3 MB", () => {
  expect(new TextEncoder().encode(renderHtml(demoSized())).length).toBeLessThan(1_000_000);
});

test("rows and networks too large to draw are still listed", () => {
  const large = row(0, 5000);
  const alike = {
    ...large,
    before: { ...large.before, nodes: large.before.nodes.map((node) => ({ ...node, path: "a" })) },
  };
  const text = renderHtml({
    ...sampleReport(),
    network: { rows: [alike, ...Array.from({ length: 300 }, (_, i) => row(i + 1, 2))] },
  });
  expect(text).toContain("Too many nodes to draw");
  expect(text).not.toContain('class="rows"');
  expect(text.match(/<details class="row"/g)).toHaveLength(301);
});
