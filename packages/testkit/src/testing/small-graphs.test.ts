import { expect, test } from "@jest/globals";
import { opCensus, verifyGraph } from "@yolo-compile/ir";
import fc from "fast-check";
import { runGraph } from "../run-graph.js";
import { smallGraphs } from "./small-graphs.js";

const SEEDED = { seed: 1, numRuns: 150 };

test("random graphs are well formed, run, stay finite, and are of many ops", async () => {
  const ops = new Set<string>();
  await fc.assert(
    fc.asyncProperty(smallGraphs(), async (graph) => {
      verifyGraph(graph);
      for (const op of opCensus(graph).keys()) ops.add(op);
      for (const { data } of await runGraph(graph))
        expect([...data].every((value) => Number.isFinite(value))).toBe(true);
    }),
    SEEDED,
  );
  expect(ops.size).toBeGreaterThan(25);
});
