import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RawSession, RawSessionRequest } from "./onnx-runtime.mjs";

type Question =
  | ({ readonly kind: "open" } & RawSessionRequest)
  | { readonly kind: "run"; readonly feeds: Parameters<RawSession["run"]>[0] }
  | { readonly kind: "endProfiling" }
  | { readonly kind: "release" };

/** A question to the child process. */
export type Request = Question & { readonly id: number };

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Settings of a process of its own. */
export interface ChildProcessOptions {
  /** Environment variables that the process gets besides ours; drivers read them as they load. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The most time for each answer; left out, there is no limit. */
  readonly timeLimitMs?: number;
}

/**
 * Loads a model in a process of its own, so that a driver which crashes or hangs does not take this one along. Errors have
 * what that process wrote to stderr as their `cause`.
 */
export async function openInChildProcess(
  request: RawSessionRequest,
  options: ChildProcessOptions = {},
): Promise<RawSession> {
  const child = startChild(options);
  try {
    // Answers are as onnx-runtime.mjs gives them, which the child runs.
    const { inputs, outputs } = (await child.ask({ kind: "open", ...request })) as Pick<
      RawSession,
      "inputs" | "outputs"
    >;
    return {
      inputs,
      outputs,
      run: (feeds) => child.ask({ kind: "run", feeds }) as ReturnType<RawSession["run"]>,
      endProfiling: async () => {
        await child.ask({ kind: "endProfiling" });
      },
      release: async () => {
        await child.ask({ kind: "release" }).finally(child.end);
      },
    };
  } catch (error) {
    child.end();
    throw error;
  }
}

interface Child {
  ask(question: Question): Promise<unknown>;
  /** Kills the process at once: a driver that crashes at its end is of no interest. */
  readonly end: () => void;
}

/** The time to read the rest of stderr after a message that something failed. */
const FLUSH_MS = 50;

/** The most characters of stderr that are kept, the last ones. */
const MOST_STDERR = 65_536;

function startChild({ environment, timeLimitMs }: ChildProcessOptions): Child {
  const child = fork(fileURLToPath(new URL("./child-session-main.mjs", import.meta.url)), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...process.env, ...environment },
    execArgv: [],
  });
  let stderr = "";
  const questions = openQuestions(() => stderr);
  const end = (): void => {
    questions.lose("it is released");
    child.kill("SIGKILL");
  };
  child.stderr?.on("data", (text) => {
    stderr = `${stderr}${text}`.slice(-MOST_STDERR);
  });
  child.on("error", (error) => questions.lose(`its process fails: ${error.message}`));
  child.on("close", (code, signal) => questions.lose(`its process ended with ${signal ?? `exit code ${code}`}`));
  child.on("message", async (reply: Reply) => {
    if (reply.error !== undefined) await delay(FLUSH_MS);
    questions.answer(reply);
  });
  let waiting = 0;
  const ask = (question: Question): Promise<unknown> => {
    const { id, answer } = questions.open();
    // A message that cannot be sent needs no error of its own: the process is gone, which `close` tells with its reason.
    if (child.connected) child.send({ ...question, id }, () => {});
    keepUsAlive(child, ++waiting > 0);
    const stop = limit(timeLimitMs, (message) => {
      questions.lose(message);
      end();
    });
    return answer.finally(() => {
      stop();
      keepUsAlive(child, --waiting > 0);
    });
  };
  keepUsAlive(child, false);
  return { ask, end };
}

/** The child keeps our process alive only while an answer is awaited, so that a session that is forgotten ends with it. */
function keepUsAlive(child: ChildProcess, alive: boolean): void {
  // The pipe of stderr is a socket, which the types of Node do not say.
  for (const handle of [child, child.channel, child.stderr as Socket | null]) {
    if (alive) handle?.ref();
    else handle?.unref();
  }
}

/** Calls `late` after that time, unless stopped. */
function limit(timeLimitMs: number | undefined, late: (message: string) => void): () => void {
  if (timeLimitMs === undefined) return () => {};
  const timer = setTimeout(() => late(`it gives no answer within ${timeLimitMs / 1000} s`), timeLimitMs);
  return () => clearTimeout(timer);
}

interface Asker {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The questions that await answers. */
function openQuestions(stderr: () => string) {
  const askers = new Map<number, Asker>();
  let count = 0;
  let lost: Error | undefined;
  const failure = (message: string): Error => new Error(message, { cause: stderr() });
  return {
    open: (): { readonly id: number; readonly answer: Promise<unknown> } => {
      const id = count++;
      const answer = new Promise((resolve, reject) => {
        if (lost) reject(lost);
        else askers.set(id, { resolve, reject });
      });
      return { id, answer };
    },
    answer: ({ id, value, error }: Reply): void => {
      const asker = askers.get(id);
      askers.delete(id);
      if (error === undefined) asker?.resolve(value);
      else asker?.reject(failure(error));
    },
    lose: (message: string): void => {
      lost ??= failure(message);
      for (const { reject } of askers.values()) reject(lost);
      askers.clear();
    },
  };
}
