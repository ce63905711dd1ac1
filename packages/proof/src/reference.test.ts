import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs, type GraphsRequest, loadNetwork } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { formatSummary, summarizeNetwork } from "@yolo-compile/network";
import { encodeBytes } from "@yolo-compile/onnx";
import { compareTensors, FOLD, findProvider, openSession } from "@yolo-compile/runtime";
import {
  findReference,
  goldenError,
  type Reference,
  type ReferenceCase,
  type ReferenceRun,
  referenceInput,
  weightsOf,
} from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compareLayers } from "./verify/compare-layers.js";

const reference = findReference();
const cpu = findProvider("cpu");

/** The reference's own bound, of an output's range; wrong graphs are off by 1e-2 and more. */
const GOLDEN = 1e-4;

interface Form {
  readonly label: string;
  readonly golden: ReferenceCase;
  readonly request: Pick<GraphsRequest, "config" | "checkpoint">;
}

function formsOf(found: Reference, golden: ReferenceCase): Form[] {
  const { cfg } = golden;
  const config = cfg ? { config: { file: cfg, text: readFileSync(found.path(cfg), "utf8") } } : {};
  return weightsOf(found, golden).map((weights) => {
    const checkpoint =
      "file" in weights
        ? openCheckpoint(bytesSource(weights.file, new Uint8Array(readFileSync(found.path(weights.file)))))
        : { name: "formula", format: "formula", tensors: weights.tensors, suspicious: [], notes: [], close: () => {} };
    return { label: weights.label, golden, request: { ...config, checkpoint } };
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

async function checkRun(found: Reference, form: Form, golden: ReferenceRun): Promise<void> {
  const [batch, , height, width] = golden.input_shape;
  const { plain, optimized } = compileGraphs({ ...form.request, size: [height, width], batch, passes: "full" });
  const unfused = await run(encodeBytes(plain, { opset: 17 }), golden, "disabled");
  const bytes = encodeBytes(optimized, { opset: 17 });
  for (const results of [unfused, await run(bytes, golden, "disabled"), await run(bytes, golden, "all")])
    for (const output of golden.outputs) {
      const result = results.get(output.name)!;
      expect(goldenError(found, output, result)).toBeLessThanOrEqual(GOLDEN);
      expect(compareTensors(output.name, unfused.get(output.name)!, result).maxRel).toBeLessThanOrEqual(FOLD.relative);
    }
}

if (typeof reference === "string") {
  test("goldens of PyTorch", () => console.warn(`skipped: ${reference}`));
} else {
  const forms = reference.cases.flatMap((golden) => formsOf(reference, golden));

  test.each(forms)("$label answers as PyTorch does, plain and optimised", async (form) => {
    for (const golden of form.golden.runs) await checkRun(reference, form, golden);
  });

  test.each(forms)("$label: the rows of both graphs can be matched, and are equal", async ({ golden, request }) => {
    const run = golden.runs[0]!;
    const [batch, , height, width] = run.input_shape;
    const inputs = new Map([["images", referenceInput(run)]]);
    for (const passes of ["fuse", "full"] as const) {
      const source = compileGraphs({ ...request, size: [height, width], batch, passes });
      const layers = await compareLayers({ source, inputs, provider: cpu, tolerance: FOLD });
      const compared = layers.filter((layer) => layer.compared);
      expect(compared.filter((layer) => !layer.compared!.ok).map(({ layer }) => layer.where)).toEqual([]);
      // A neck that is split has no joined or enlarged maps.
      const copies = source.plain.nodes.filter(({ op }) => op === "Concat" || op === "Resize");
      const copied = new Set(passes === "full" ? copies.flatMap(({ outputs }) => outputs) : []);
      const own = layers.filter(({ plain }) => !copied.has(plain));
      expect(own.filter((layer) => layer.compared).length / own.length).toBeGreaterThanOrEqual(0.95);
    }
  });

  test.each(forms.filter(({ golden }) => golden.table?.length))("$label has YOLOv5's table and summary", (form) => {
    const { config, checkpoint } = form.request;
    const summary = summarizeNetwork(loadNetwork(config, checkpoint));
    const rows = summary.rows.map((row) => [row.index, row.from, row.repeats, row.parameters, row.type, row.arguments]);
    expect(rows).toEqual(form.golden.table);
    expect(summary.parameters).toBe(form.golden.params);
    if (form.golden.cfg) expect(summary.layers).toBe(form.golden.layers);
    expect(summary.gflops).toBeCloseTo(form.golden.gflops_640, form.golden.cfg ? 3 : 1);
    const line = form.golden.summary?.replace(/^\S+/, "");
    if (line) expect(formatSummary(summary)).toContain(line);
  });
}
