// Times an EfficientViT backbone on ONNX Runtime: our full graph, our plain graph and, where a Python with PyTorch and the
// source of the network are given, a torch.onnx.export of the same weights. The models take turns in one process; ratios are
// medians over the rounds of each model's time against the first's.
//
//   node scripts/bench-efficientvit.mjs [--name EfficientViT_M0] [--size 640] [--rounds 30]
//                                       [--python python3 --source efficientvit.py]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bytesSource, compileGraphs, opCensus, openCheckpoint } from "../packages/compiler/dist/index.js";
import { encodeBytes } from "../packages/onnx/dist/index.js";

const root = new URL("..", import.meta.url);
process.env.ORT_DISABLE_TELEMETRY = "1";
// Found from the package that depends on it.
const ort = createRequire(new URL("packages/runtime/package.json", root))("onnxruntime-node");

const { values: options } = parseArgs({
  options: {
    name: { type: "string", default: "EfficientViT_M0" },
    size: { type: "string", default: "640" },
    rounds: { type: "string", default: "30" },
    python: { type: "string", default: "python3" },
    source: { type: "string" },
  },
});
const side = Number(options.size);
const rounds = Number(options.rounds);
const folder = mkdtempSync(join(tmpdir(), "bench-efficientvit-"));

const backbone = `{nc: 1, depth_multiple: 1, width_multiple: 1, anchors: 3, backbone: [[-1, 1, ${options.name}, []]], head: []}`;

/** A model of torch.onnx.export and its weights, where PyTorch and the network's source are at hand. */
function exportTorch() {
  if (!options.source) return console.log("no --source: our own graphs only, with random weights");
  const script = fileURLToPath(new URL("scripts/export_torch_efficientvit.py", root));
  const run = spawnSync(options.python, [script, options.source, options.name, options.size, folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (run.status !== 0) return console.log("PyTorch did not export: our own graphs only, with random weights");
  return { torch: readFileSync(join(folder, "torch.onnx")), weights: readFileSync(join(folder, "weights.pt")) };
}

function ours(weights) {
  const checkpoint = weights && openCheckpoint(bytesSource("weights.pt", new Uint8Array(weights)));
  const model = compileGraphs({
    config: { file: "backbone.yaml", text: backbone },
    ...(checkpoint ? { checkpoint } : { randomWeights: 1 }),
    size: [side, side],
    batch: 1,
    passes: "full",
  });
  for (const [name, graph] of [
    ["plain", model.plain],
    ["full", model.optimized],
  ]) {
    const census = [...opCensus(graph)].slice(0, 6).map(([op, count]) => `${op} ${count}`);
    console.log(`${name}: ${graph.nodes.length} nodes (${census.join(", ")}, …)`);
  }
  return { plain: encodeBytes(model.plain, { opset: 17 }), full: encodeBytes(model.optimized, { opset: 17 }) };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const image = Float32Array.from({ length: 3 * side * side }, (_, index) => ((index * 7919) % 1000) / 1000);

async function time(models, threads) {
  const settings = { intraOpNumThreads: threads, graphOptimizationLevel: "all", logSeverityLevel: 3 };
  const runs = [];
  for (const [name, file] of models) {
    const session = await ort.InferenceSession.create(file, settings);
    const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", image, [1, 3, side, side]) };
    for (let warmUp = 0; warmUp < 3; warmUp++) await session.run(feeds);
    runs.push({ name, session, feeds, elapsedMs: [] });
  }
  for (let round = 0; round < rounds; round++)
    // The order turns, so that none always runs behind the same other one.
    for (let place = 0; place < runs.length; place++) {
      const run = runs[(place + round) % runs.length];
      const started = performance.now();
      await run.session.run(run.feeds);
      run.elapsedMs.push(performance.now() - started);
    }
  const [first] = runs;
  for (const { name, elapsedMs, session } of runs) {
    const ratio = median(elapsedMs.map((elapsed, round) => elapsed / first.elapsedMs[round]));
    console.log(
      `${threads} threads  ${name.padEnd(6)} median ${median(elapsedMs).toFixed(1)} ms  least ${Math.min(...elapsedMs).toFixed(1)} ms  ${ratio.toFixed(3)} of ${first.name}`,
    );
    await session.release();
  }
}

try {
  const exported = exportTorch();
  const { plain, full } = ours(exported?.weights);
  const models = [...(exported ? [["torch", exported.torch]] : []), ["plain", plain], ["full", full]];
  for (const threads of [1, 2]) await time(models, threads);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
