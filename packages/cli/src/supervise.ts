import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { constants, tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SUPERVISOR } from "./supervised.js";
import { removeDeadFolders, removeProfiles } from "./temporary-folder.js";

/** The signals by which people and systems end programs. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The time in which a killed process' last system call ends and its file is there to remove; the process may go later. */
const LAST_CALL_MS = 10;

/**
 * Runs a command line in a process of its own, on our streams. Compiling and ONNX Runtime keep a process from noticing a
 * signal for seconds: this one only waits, ends the other at once and removes what that leaves behind.
 * @returns the exit code; of an end by a signal, 128 and the signal's number
 */
export async function supervise(argv: readonly string[]): Promise<number> {
  const work = fork(fileURLToPath(new URL("./work.js", import.meta.url)), argv, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [SUPERVISOR]: String(process.pid) },
  });
  const places = new Set<string>();
  work.on("message", (place) => places.add(String(place)));
  const ended = endOf(work);
  const signal = await Promise.race([firstSignal(), ended.then((end) => end.signal)]);
  if (signal === null) return (await ended).code ?? 0;
  work.kill("SIGKILL");
  cleanUp(places, work);
  await Promise.race([ended, delay(LAST_CALL_MS)]);
  cleanUp(places, work);
  if (!ENDING.some((each) => each === signal))
    process.stderr.write(`error system/killed: the process that does the work was ended by ${signal}\n`);
  return 128 + constants.signals[signal];
}

function cleanUp(places: ReadonlySet<string>, { pid }: ChildProcess): void {
  if (pid === undefined) return;
  for (const place of places) removeDeadFolders(place, pid);
  removeProfiles(tmpdir(), pid);
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when a process is gone and all its messages are here. */
async function endOf(work: ChildProcess): Promise<End> {
  const [[code, signal]] = await Promise.all([once(work, "exit"), once(work, "disconnect")]);
  return { code, signal };
}

const firstSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ENDING) process.on(signal, () => resolve(signal));
  });
