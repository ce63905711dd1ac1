// Runs the command line on arguments and files that nobody means: options in the wrong place and with wrong values, special
// files, damaged inputs, signals. A run must end within its time with an exit code that the README lists, never as a fault of
// the program, and leave no unfinished file. The same for the same seed and number.
//   node scripts/fuzz-cli.mjs [--runs N] [--seed S] [--only RUN]
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "packages/cli/bin/yolo-compile.js");
/** The most time of a run without a signal; a compilation on a busy machine takes a second. */
const HANG_MS = 20_000;
/** The exit codes that README.md documents, and 128 + n for signals. */
const EXIT_CODES = new Set([0, 1, 2, 73, 74, 129, 130, 143]);
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

const YAML = `nc: 2
depth_multiple: 0.33
width_multiple: 0.125
anchors: [[10, 13, 16, 30], [30, 61, 62, 45]]
backbone: [[-1, 1, Conv, [16, 3, 2]], [-1, 1, C3, [16]]]
head: [[-1, 1, Conv, [16, 3, 2]], [[1, 2], 1, Detect, [nc, anchors]]]
`;

const COMMANDS = ["", "", "", "summary", "inspect", "convert", "verify", "detect", "modules", "providers", "nonsense"];
const FLAGS =
  "json verify no-verify partial allow-suspicious require-gpu layers no-layers bisect magnitudes time-passes help version agnostic no-draw".split(
    " ",
  );
const OPTIONS =
  "imgsz batch opset passes random-weights provider seed report output print-ir-after trace-rule cfg images input size tolerance conf iou max-det golden modules max-images".split(
    " ",
  );
const VALUES =
  "0 1 -1 2 13 17 99 64 64x64 1e9 1000000000 0.5 NaN Infinity none full fuse cpu auto x.onnx x.html /dev/null - -- = ../x / . Conv nan all height=64".split(
    " ",
  );
/** Names in the folder of a run; see {@link makeFolder}. */
const FILES =
  "a.yaml a.yaml a.yaml b.pt w.safetensors m.onnx cut.onnx cut.pt empty pipe dir link loop zeros.bin missing picture.png".split(
    " ",
  );

function dice(seed, run) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b)) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let warm = 0; warm < 4; warm++) next();
  return { next, pick: (items) => items[Math.floor(next() * items.length)] };
}

/** The command line of one run, and the signal that it gets, if any. */
function commandOf(seed, run) {
  const { next, pick } = dice(seed, run);
  const words = [pick(COMMANDS)].filter(Boolean);
  for (let count = Math.floor(next() * 3); count > 0; count--) words.push(pick(FILES));
  for (let count = Math.floor(next() * 4); count > 0; count--) {
    if (next() < 0.4) words.push(`--${pick(FLAGS)}`);
    else words.push(`--${pick(OPTIONS)}`, next() < 0.3 ? pick(FILES) : pick(VALUES));
  }
  if (next() < 0.7) words.push("--imgsz", "64");
  if (next() < 0.5 && words[0] === "a.yaml") words.push("--random-weights", "1");
  if (next() < 0.1) words.push(pick(["\u202e", "\x1b[31m", "%n", "a".repeat(300), "", "-", "--"]));
  const signal = next() < 0.1 ? { name: pick(SIGNALS), afterMs: Math.floor(next() * 600) } : undefined;
  return { words, signal };
}

/** A folder with the files that a command line may name. */
function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-cli-"));
  const put = (name, bytes) => writeFileSync(join(folder, name), bytes);
  const shapes = readFileSync(join(ROOT, "fixtures/shapes/shapes.pt"));
  put("a.yaml", YAML);
  put("b.pt", shapes);
  put("cut.pt", shapes.subarray(0, 5000));
  put("empty", "");
  put("zeros.bin", new Uint8Array(4096));
  put(
    "picture.png",
    readFileSync(join(ROOT, "fixtures/shapes/pictures", readdirSync(join(ROOT, "fixtures/shapes/pictures"))[0])),
  );
  mkdirSync(join(folder, "dir"));
  symlinkSync("a.yaml", join(folder, "link"));
  symlinkSync("loop", join(folder, "loop"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const compile = (...args) =>
    execFileSync(process.execPath, [CLI, ...args, "--no-verify"], { cwd: folder, stdio: "ignore" });
  compile("a.yaml", "--random-weights", "1", "--imgsz", "64", "-o", "m.onnx");
  execFileSync(process.execPath, [CLI, "convert", "b.pt", "-o", "w.safetensors"], { cwd: folder, stdio: "ignore" });
  put("cut.onnx", readFileSync(join(folder, "m.onnx")).subarray(0, 3000));
  return folder;
}

/** The problem of a run; undefined where there is none. */
function runOnce(folder, { words, signal }) {
  const started = Date.now();
  const child = spawn(process.execPath, [CLI, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", () => {});
  child.stderr.on("data", (data) => {
    text = `${text}${data}`.slice(-4000);
  });
  if (signal) setTimeout(() => child.kill(signal.name), signal.afterMs);
  const hang = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  return new Promise((resolve) => {
    child.once("close", (code, killedBy) => {
      clearTimeout(hang);
      const elapsedMs = Date.now() - started;
      const left = readdirSync(folder).filter((name) => name.startsWith("."));
      const end = killedBy ?? code;
      const dies = signal !== undefined && killedBy === signal.name;
      const problem =
        elapsedMs >= HANG_MS
          ? `runs for ${HANG_MS} ms`
          : /fault of yolo-compile|Error:| {4}at /.test(text) && !/^error /m.test(text)
            ? "an exception"
            : !EXIT_CODES.has(end) && !dies
              ? `ends with ${end}`
              : left.length > 0
                ? `leaves ${left.join(", ")}`
                : undefined;
      for (const name of left) rmSync(join(folder, name), { recursive: true, force: true });
      resolve({ problem, end, elapsedMs, text });
    });
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
    },
  });
  const [seed, runs] = [Number(values.seed), Number(values.runs)];
  let folder = makeFolder();
  const counts = new Map();
  let [failures, slowestMs] = [0, 0];
  const list = values.only === undefined ? Array.from({ length: runs }, (_, run) => run) : [Number(values.only)];
  for (const run of list) {
    if (run % 50 === 49) {
      rmSync(folder, { recursive: true, force: true });
      folder = makeFolder();
    }
    const command = commandOf(seed, run);
    const { problem, end, elapsedMs, text } = await runOnce(folder, command);
    counts.set(end, (counts.get(end) ?? 0) + 1);
    slowestMs = Math.max(slowestMs, elapsedMs);
    if (problem || values.only !== undefined)
      console.error(`run ${run}: ${problem}: ${JSON.stringify(command)}\n${text}`);
    if (problem) failures++;
  }
  rmSync(folder, { recursive: true, force: true });
  const ends = [...counts].map(([end, count]) => `${count}x ${end}`).join(", ");
  console.log(`${list.length} command lines, ${failures} failures; ended with ${ends}; slowest ${slowestMs} ms`);
  process.exitCode = failures === 0 ? 0 : 1;
}

await main();
