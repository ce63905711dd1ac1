// Whole-process time, peak memory and time per stage of yolo-compile, on yolov5n and yolov5l with generated weights.
//   node scripts/bench.mjs [--rounds N]
// Models take turns in each round; medians are printed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
const cli = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "yolo-compile-bench-"));

/** YOLOv5 v6/v7's detection layout. */
const layout = (depth, width) => `nc: 80
depth_multiple: ${depth}
width_multiple: ${width}
anchors: [[10,13, 16,30, 33,23], [30,61, 62,45, 59,119], [116,90, 156,198, 373,326]]
backbone:
  [[-1, 1, Conv, [64, 6, 2, 2]], [-1, 1, Conv, [128, 3, 2]], [-1, 3, C3, [128]], [-1, 1, Conv, [256, 3, 2]],
   [-1, 6, C3, [256]], [-1, 1, Conv, [512, 3, 2]], [-1, 9, C3, [512]], [-1, 1, Conv, [1024, 3, 2]],
   [-1, 3, C3, [1024]], [-1, 1, SPPF, [1024, 5]]]
head:
  [[-1, 1, Conv, [512, 1, 1]], [-1, 1, nn.Upsample, [None, 2, nearest]], [[-1, 6], 1, Concat, [1]],
   [-1, 3, C3, [512, False]], [-1, 1, Conv, [256, 1, 1]], [-1, 1, nn.Upsample, [None, 2, nearest]],
   [[-1, 4], 1, Concat, [1]], [-1, 3, C3, [256, False]], [-1, 1, Conv, [256, 3, 2]], [[-1, 14], 1, Concat, [1]],
   [-1, 3, C3, [512, False]], [-1, 1, Conv, [512, 3, 2]], [[-1, 10], 1, Concat, [1]], [-1, 3, C3, [1024, False]],
   [[17, 20, 23], 1, Detect, [nc, anchors]]]
`;

/** Runs the command line in a process of its own, and prints its largest memory at the end. */
const PEAK = `process.on("exit", () => process.stderr.write("\\npeak " + process.resourceUsage().maxRSS * 1024));`;

function once(yaml, output) {
  const started = performance.now();
  const args = [yaml, "--random-weights", "1", "--no-verify", "--json", "-o", output];
  const node = ["--import", `data:text/javascript,${encodeURIComponent(PEAK)}`, cli, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  const wallMs = performance.now() - started;
  return { ...JSON.parse(stdout), wallMs, peak: Number(/peak (\d+)/.exec(stderr)[1]) };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const models = [
  { name: "yolov5n", depth: 0.33, width: 0.25 },
  { name: "yolov5l", depth: 1, width: 1 },
].map((model) => ({ ...model, yaml: join(folder, `${model.name}.yaml`), runs: [] }));
try {
  for (const { yaml, depth, width } of models) writeFileSync(yaml, layout(depth, width));
  for (let round = 0; round < rounds; round++)
    for (const { yaml, runs } of models) runs.push(once(yaml, join(folder, "out.onnx")));
} finally {
  rmSync(folder, { recursive: true });
}

console.log(`medians of ${rounds} rounds, verification off, weights generated in the process, 640x640`);
for (const { name, runs } of models) {
  const of = (pick) => median(runs.map(pick));
  const [bytes, peak] = [of((run) => run.bytes), of((run) => run.peak)];
  const stages = Object.keys(runs[0].elapsedMs).filter((stage) => stage !== "total");
  console.log(
    `${name}: ${(of((run) => run.wallMs) / 1000).toFixed(2)} s wall, ${(bytes / 1e6).toFixed(1)} MB written, ` +
      `peak memory ${(peak / 1e6).toFixed(0)} MB = ${(peak / bytes).toFixed(2)} x the output`,
  );
  console.log(`  ms: ${stages.map((stage) => `${stage} ${of((run) => run.elapsedMs[stage]).toFixed(0)}`).join(", ")}`);
}
