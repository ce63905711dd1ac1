// Ends compilations of a YOLOv5x by signals at moments spread over their whole time, and says how long each takes to go, with
// what exit code, and what it leaves behind. Exit code 1 where one is too slow, ends otherwise or leaves something.
//   node scripts/check-signals.mjs [--tries 20] [--limit 200] [--program packages/cli/bin/yolo-compile.js]
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    tries: { type: "string", default: "20" },
    limit: { type: "string", default: "200" },
    program: { type: "string", default: join(ROOT, "packages/cli/bin/yolo-compile.js") },
  },
});
const tries = Number(options.tries);
const limitMs = Number(options.limit);

const folder = mkdtempSync(join(tmpdir(), "yolo-compile-signals-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const small = readFileSync(join(ROOT, "fixtures/shapes/shapes.yaml"), "utf8");
const large = small
  .replace(/depth_multiple: .*/, "depth_multiple: 1.33")
  .replace(/width_multiple: .*/, "width_multiple: 1.25");
writeFileSync(join(folder, "x.yaml"), large);

/** A compilation in a folder of its own, with the system's temporary folder there too. */
function start(name) {
  const place = mkdtempSync(join(folder, name));
  const argv = [options.program, "../x.yaml", "--random-weights", "1", "--imgsz", "640", "-o", "x.onnx"];
  const child = spawn(process.execPath, argv, { cwd: place, stdio: "ignore", env: { ...process.env, TMPDIR: place } });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  return { place, child, ended };
}

const first = start("whole-");
const startedAt = performance.now();
await first.ended;
const wholeMs = performance.now() - startedAt;
console.log(`undisturbed: ${(wholeMs / 1000).toFixed(2)} s`);

let failures = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  const expected = 128 + constants.signals[signal];
  const latencies = [];
  for (let index = 0; index < tries; index++) {
    const { place, child, ended } = start(`${signal}-`);
    await delay((wholeMs * 0.9 * (index + 0.5)) / tries);
    const sentAt = performance.now();
    child.kill(signal);
    const { code, signal: by } = await ended;
    const latencyMs = performance.now() - sentAt;
    const left = readdirSync(place);
    latencies.push(latencyMs);
    const done = code === 0; // It was faster than usual, and through.
    if (latencyMs > limitMs || (!done && (code !== expected || left.length > 0))) {
      failures++;
      console.log(
        `${signal} at ${index}: ${latencyMs.toFixed(0)} ms, exit code ${code ?? by}, left ${left.join(" ") || "nothing"}`,
      );
    }
    rmSync(place, { recursive: true });
  }
  latencies.sort((a, b) => a - b);
  const [median, worst] = [latencies[tries >> 1], latencies.at(-1)].map((ms) => ms.toFixed(0));
  console.log(`${signal}: ${tries} tries, median ${median} ms, worst ${worst} ms`);
}
process.exitCode = failures > 0 ? 1 : 0;
