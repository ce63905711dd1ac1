// Whole-process time and peak memory of yolo-compile: starting, and compiling a YOLOv5n and a YOLOv5x from checkpoints of float16
// that are made in a temporary folder. Given another checkout that is built, both take turns, and ratios are printed.
//   node scripts/bench.mjs [--base CHECKOUT] [--rounds 7] [--only TEXT] [--verified]
// Each process replaces the output of the one before it. Medians are printed, with the noise: this checkout against itself.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeTorchFile } from "./torch-file.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    base: { type: "string" },
    rounds: { type: "string", default: "7" },
    only: { type: "string", default: "" },
    verified: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const programOf = (checkout) => join(resolve(checkout), "packages/cli/bin/yolo-compile.js");

const folder = mkdtempSync(join(tmpdir(), "yolo-compile-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);

/**
 * Each process of a run, the one that waits and the one that works, appends its largest memory and its CPU time. Linux counts
 * the memory of the process that started it into maxRSS.
 */
const TOLD = at("told");
const TELL = `data:text/javascript,${encodeURIComponent(
  `import { appendFileSync, existsSync, readFileSync } from "node:fs";
   process.once("exit", () => {
     const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
     const status = "/proc/self/status";
     const kilobytes = existsSync(status) ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync(status, "utf8"))[1]) : maxRSS;
     appendFileSync(${JSON.stringify(TOLD)}, kilobytes * 1024 + " " + (userCPUTime + systemCPUTime) / 1000 + "\\n");
   });`,
)}`;

function run(program, argv, env = process.env) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...argv], { cwd: folder, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${argv.join(" ")} ends with ${status}: ${stderr}`);
  return performance.now() - started;
}

/** The largest memory of the processes of a run, and the CPU time of all of them. */
function costOf(program, argv) {
  rmSync(TOLD, { force: true });
  run(program, argv, { ...process.env, NODE_OPTIONS: `--import ${TELL}` });
  const told = readFileSync(TOLD, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  return { peakBytes: Math.max(...told.map(([peak]) => peak)), cpuMs: told.reduce((sum, [, ms]) => sum + ms, 0) };
}

/** A YOLOv5 of these gains: its yaml, and its weights as a state_dict. */
async function makeNetwork(name, depth, width) {
  const program = programOf(ROOT);
  const yaml = readFileSync(join(ROOT, "fixtures/shapes/shapes.yaml"), "utf8")
    .replace(/nc:.*/, "nc: 80")
    .replace(/depth_multiple:.*/, `depth_multiple: ${depth}`)
    .replace(/width_multiple:.*/, `width_multiple: ${width}`);
  writeFileSync(at(`${name}.yaml`), yaml);
  const plain = ["--random-weights", "1", "--imgsz", "64", "--no-verify", "--passes", "none", "-o", "plain.onnx"];
  run(program, [`${name}.yaml`, ...plain]);
  run(program, ["convert", "plain.onnx", "--cfg", `${name}.yaml`, "-o", "plain.safetensors"]);
  await writeTorchFile(at("plain.safetensors"), at(`${name}.pt`), { half: true });
  for (const file of ["plain.onnx", "plain.safetensors"]) rmSync(at(file));
}

const compile = (name, ...options) => ({
  name: `${name}.pt${options.length > 0 ? "" : ", verified"}`,
  argv: [`${name}.yaml`, `${name}.pt`, ...options, "-o", "out.onnx"],
});
const CASES = [
  { name: "--version", argv: ["--version"] },
  { name: "--help", argv: ["--help"] },
  { name: "summary", argv: ["summary", "yolov5n.yaml"] },
  compile("yolov5n", "--no-verify"),
  compile("yolov5x", "--no-verify"),
  ...(values.verified ? [compile("yolov5n"), compile("yolov5x")] : []),
].filter(({ name }) => name.includes(values.only));

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const seconds = (ms) => `${(ms / 1000).toFixed(3)} s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The programs take turns in an order that changes from round to round, so that a drift of the machine meets all of them. */
function measure(programs, argv) {
  const times = programs.map(() => []);
  for (const program of programs) run(program, argv);
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < programs.length; turn++) {
      const which = (round + turn) % programs.length;
      times[which].push(run(programs[which], argv));
    }
  return times.map(median);
}

await makeNetwork("yolov5n", 0.33, 0.25);
if (CASES.some(({ name }) => name.startsWith("yolov5x"))) await makeNetwork("yolov5x", 1.33, 1.25);
console.log(`medians of ${rounds} rounds, Node ${process.version}, ${availableParallelism()} cores`);
const program = programOf(ROOT);
for (const { name, argv } of CASES) {
  const base = values.base === undefined ? [] : [programOf(values.base)];
  const [ours, again, theirs] = measure([program, program, ...base], argv);
  const costs = [program, ...base].map((each) => costOf(each, argv));
  const told = ({ peakBytes, cpuMs }, ms) => `${seconds(ms)} (CPU ${seconds(cpuMs)}, ${megabytes(peakBytes)})`;
  const output = argv.includes("out.onnx") ? `, ${megabytes(statSync(at("out.onnx")).size)} written` : "";
  const noise = `noise ${(Math.abs(ours / again - 1) * 100).toFixed(1)} %`;
  console.log(`${name.padEnd(22)} ${told(costs[0], ours)}${output}, ${noise}`);
  if (theirs === undefined) continue;
  const ratios = `${(ours / theirs).toFixed(3)} (CPU ${(costs[0].cpuMs / costs[1].cpuMs).toFixed(3)})`;
  console.log(`${"".padEnd(22)} base ${told(costs[1], theirs)}, ratio ${ratios}`);
}
