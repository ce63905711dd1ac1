// Feeds damaged files to every reader of weights, to the reader of models and, as yamls, to the compiler: no exception but a
// CompileError, no run over its processor time, no process over its memory limit. A run is the same for the same reader, seed
// and number; a failing file is kept for `--only`.
//   node scripts/fuzz.mjs [--runs N] [--seed S] [--reader NAME] [--only READER:RUN]
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { bundleTesting } from "./bundle-testing.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** A tensor may be expanded to 2^24 elements of 8 bytes, twice for its bytes; a pickle is bounded by its opcodes. */
const MEMORY_BYTES = 1 << 30;
/** The project's own checkpoint takes longer than the small files, so it takes one turn in so many. */
const FIXTURE_TURN = 50;
const POLL_MS = 50;
/** A run that waits for ever uses no processor; one that others leave none waits as well. */
const WAIT_MS = 1_800_000;

/** The suites: files of tests that list their readers, make the file of a run, and read it. */
const SUITES = [
  {
    source: "packages/weights/src/testing/fuzz.ts",
    hangMs: 2000,
    readers: ({ READERS }) => READERS,
    make: ({ fuzzCase }, reader, seed, run) => fuzzCase(reader, seed, run, corpusOf(reader, run)),
    bytes: (made) => made.bytes,
    read: ({ runFuzzCase }, made) => runFuzzCase(made),
  },
  {
    source: "packages/onnx/src/testing/fuzz.ts",
    hangMs: 2000,
    readers: () => ["onnx-model"],
    make: ({ fuzzModel }, _, seed, run) => fuzzModel(seed, run),
    bytes: (made) => made,
    read: ({ surviveModel }, made) => surviveModel(made),
  },
  {
    source: "packages/compiler/src/testing/fuzz.ts",
    hangMs: 5000,
    readers: () => ["yaml"],
    make: ({ fuzzYaml }, _, seed, run) => fuzzYaml(seed, run),
    bytes: (made) => made,
    read: ({ surviveYaml }, made) => surviveYaml(made),
  },
];

/** Shared between the threads: number of the run, the times when it began, and the outcomes so far. */
const SLOT = { run: 0, beganMs: 1, beganCpuMs: 2, opened: 3, refused: 4, slowestMs: 5, peakBytes: 6 };

/** The processor time of all threads, of which one reads and the other sleeps: other programs do not slow it down. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

if (isMainThread) await main();
else await work();

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
      reader: { type: "string" },
      only: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  const runs = Number(values.runs);
  const [onlyReader, onlyRun] = values.only?.split(":") ?? [values.reader];
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error("nothing to run");
  let [failures, files] = [0, 0];
  for (const [suite, { source, readers, make, read }] of SUITES.entries()) {
    const outfile = await bundleTesting(source);
    const fuzz = await import(pathToFileURL(outfile).href);
    for (const reader of readers(fuzz).filter((name) => onlyReader === undefined || name === onlyReader)) {
      files += runs;
      if (onlyRun === undefined) failures += await fuzzReader({ suite, outfile, reader, seed, runs, fuzz });
      else console.log(read(fuzz, make(fuzz, reader, seed, Number(onlyRun))));
    }
  }
  if (files === 0) throw new Error(`no reader is called ${onlyReader}`);
  if (onlyRun !== undefined) return;
  console.log(`${files.toLocaleString("en")} damaged files, ${failures} failures`);
  process.exitCode = failures === 0 ? 0 : 1;
}

function corpusOf(reader, run) {
  if (reader !== "torch-zip" || run % FIXTURE_TURN !== 0) return [];
  return [readFileSync(join(ROOT, "fixtures/shapes/shapes.pt"))];
}

/** One reader, in a thread that is replaced when it hangs or dies. */
async function fuzzReader({ suite, outfile, reader, seed, runs, fuzz }) {
  const { make, bytes } = SUITES[suite];
  const state = new Float64Array(new SharedArrayBuffer(8 * Object.keys(SLOT).length));
  const failures = [];
  const startedMs = Date.now();
  for (let first = 0; first < runs; ) {
    const problem = await runThread({ suite, outfile, reader, seed, first, runs, state });
    if (!problem) break;
    const run = state[SLOT.run];
    const file = join(tmpdir(), `fuzz-${reader}-${seed}-${run}.bin`);
    writeFileSync(file, bytes(make(fuzz, reader, seed, run)));
    failures.push(run);
    console.error(`${reader}: run ${run}: ${problem} (kept as ${file}; again: --seed ${seed} --only ${reader}:${run})`);
    first = run + 1;
  }
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  const count = (slot) => state[slot].toLocaleString("en").padStart(9);
  console.log(
    `${reader.padEnd(18)} ${count(SLOT.opened)} opened ${count(SLOT.refused)} refused ${String(failures.length).padStart(3)} failed` +
      `  slowest ${state[SLOT.slowestMs].toFixed(0).padStart(4)} ms  peak ${(state[SLOT.peakBytes] / 2 ** 20).toFixed(0).padStart(4)} MB  ${seconds} s`,
  );
  return failures.length;
}

/** Ends with the reason, or with nothing when all runs are through. */
function runThread({ suite, outfile, reader, seed, first, runs, state }) {
  const { hangMs } = SUITES[suite];
  return new Promise((resolve) => {
    state[SLOT.beganMs] = 0;
    const data = { suite, outfile, reader, seed, first, runs, state };
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_BYTES / 2 ** 20 },
    });
    const end = (problem) => {
      clearInterval(watch);
      worker.terminate().then(() => resolve(problem));
    };
    const watch = setInterval(() => {
      const beganMs = state[SLOT.beganMs];
      if (beganMs === 0) return;
      if (cpuMs() - state[SLOT.beganCpuMs] > hangMs) end(`still running after ${hangMs} ms of processor time`);
      else if (Date.now() - beganMs > WAIT_MS) end(`still running after ${WAIT_MS} ms`);
    }, POLL_MS);
    worker.once("message", (problem) => end(problem));
    worker.once("error", (error) => end(String(error.code ?? error.stack)));
  });
}

async function work() {
  const { suite, outfile, reader, seed, first, runs, state } = workerData;
  const { hangMs, make, read } = SUITES[suite];
  const fuzz = await import(pathToFileURL(outfile).href);
  for (let run = first; run < runs; run++) {
    const input = make(fuzz, reader, seed, run);
    state[SLOT.run] = run;
    state[SLOT.beganCpuMs] = cpuMs();
    state[SLOT.beganMs] = Date.now();
    try {
      state[SLOT[read(fuzz, input)]]++;
    } catch (error) {
      parentPort.postMessage(error instanceof Error ? error.stack : String(error));
      return;
    }
    const elapsedMs = cpuMs() - state[SLOT.beganCpuMs];
    state[SLOT.beganMs] = 0;
    state[SLOT.slowestMs] = Math.max(state[SLOT.slowestMs], elapsedMs);
    const bytes = process.memoryUsage.rss();
    state[SLOT.peakBytes] = Math.max(state[SLOT.peakBytes], bytes);
    const problem =
      elapsedMs > hangMs
        ? `took ${elapsedMs} ms of processor time`
        : bytes > MEMORY_BYTES
          ? `the process has ${bytes} bytes`
          : "";
    if (problem) {
      parentPort.postMessage(problem);
      return;
    }
  }
  parentPort.postMessage("");
}
