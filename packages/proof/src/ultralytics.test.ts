import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs, type GraphsRequest, loadNetwork } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { summarizeNetwork } from "@yolo-compile/network";
import { encodeBytes } from "@yolo-compile/onnx";
import { findProvider, openSession } from "@yolo-compile/runtime";
import {
  findReference,
  partError,
  type Reference,
  type ReferenceCase,
  type ReferenceRun,
  referenceInput,
  weightsOf,
} from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";

const reference = findReference("reference-ultralytics");
const cpu = findProvider("cpu");

/** Of each part's range; wrong graphs are off by 1e-2 and more. */
const GOLDEN = 1e-4;

/** Larger networks have no module that a small one has not. */
const MOST_PARAMETERS = 5e6;

interface Form {
  readonly label: string;
  readonly golden: ReferenceCase;
  readonly runs: readonly ReferenceRun[];
  readonly request: Pick<GraphsRequest, "config" | "checkpoint" | "end2end">;
}

const configOf = (found: Reference, file: string): NonNullable<GraphsRequest["config"]> => ({
  file,
  text: readFileSync(found.path(file), "utf8"),
});

function formsOf(found: Reference, golden: ReferenceCase): Form[] {
  const end2end = golden.head && { end2end: golden.head === "one2one" };
  return weightsOf(found, golden).map((weights) => {
    const { label } = weights;
    const checkpoint =
      "file" in weights
        ? openCheckpoint(bytesSource(weights.file, new Uint8Array(readFileSync(found.path(weights.file)))))
        : { name: "formula", format: "formula", tensors: weights.tensors, suspicious: [], notes: [], close: () => {} };
    const config = checkpoint.model?.yaml === undefined && golden.cfg ? { config: configOf(found, golden.cfg) } : {};
    const runs = label.endsWith("already_fused") ? golden.fused_runs! : golden.runs;
    return { label, golden, runs, request: { ...config, checkpoint, ...end2end } };
  });
}

async function run(bytes: Uint8Array, golden: ReferenceRun, level: "disabled" | "all") {
  const session = await openSession(bytes, { provider: cpu, level });
  try {
    return await session.run(new Map([["images", referenceInput(golden)]]));
  } finally {
    await session.release();
  }
}

if (typeof reference === "string") {
  test.skip(`goldens of ultralytics: ${reference}`, () => {});
} else {
  const forms = reference.cases
    .filter(({ params }) => params < MOST_PARAMETERS)
    .flatMap((golden) => formsOf(reference, golden));

  test.each(forms)("$label answers as PyTorch does, plain and optimised", async ({ request, runs }) => {
    for (const golden of runs) {
      const [batch, , height, width] = golden.input_shape;
      const { plain, optimized } = compileGraphs({ ...request, size: [height, width], batch, passes: "full" });
      const unfused = await run(encodeBytes(plain, { opset: 17 }), golden, "disabled");
      for (const results of [unfused, await run(encodeBytes(optimized, { opset: 17 }), golden, "all")])
        for (const output of golden.outputs)
          expect(partError(reference, output, results.get(output.name)!)).toBeLessThanOrEqual(GOLDEN);
    }
  });

  test.each(reference.cases)("$name has the table and the summary that ultralytics prints", (golden) => {
    const { rows, ...summary } = summarizeNetwork(loadNetwork(configOf(reference, golden.cfg!), undefined));
    if (golden.table?.length)
      expect(rows.map((row) => [row.index, row.from, row.repeats, row.parameters, row.type, row.arguments])).toEqual(
        golden.table,
      );
    expect(summary).toMatchObject({
      leaves: golden.layers,
      parameters: golden.params,
      gradients: golden.gradients,
      ...(!golden.name.endsWith("u") && { line: golden.summary }),
    });
    expect(summary.gflops).toBeCloseTo(golden.gflops!, 4);
  });
}
