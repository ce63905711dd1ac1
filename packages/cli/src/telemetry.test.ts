import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";

const CLI = fileURLToPath(new URL("../bin/yolo-compile.js", import.meta.url));
const RUNTIME = new URL("../../runtime/dist/index.js", import.meta.url).href;

let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "telemetry-"));
  for (const name of ["home", "tmp", "work"]) mkdirSync(at(name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The environment of a user's first run: an empty home folder, no variable about telemetry. */
function newUser(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: at("home"), USERPROFILE: at("home"), TMPDIR: at("tmp"), TEMP: at("tmp") };
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: at("work"), env: newUser(), encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ends with ${status}: ${stderr}`);
}

const filesIn = (name: string): string[] => readdirSync(at(name), { recursive: true }).map(String);

const COMPILE = [CLI, fixturePath("shapes/shapes.pt"), "--imgsz", "64", "-o", "out.onnx"];

test("compiling and verifying leaves the output and nothing else", () => {
  run(process.execPath, ...COMPILE);
  expect([filesIn("home"), filesIn("tmp"), filesIn("work")]).toEqual([[], [], ["out.onnx"]]);
});

test("neither does the library, nor a session in a process of its own", () => {
  const session = `const { CPU, openSession, probeProvider } = await import(${JSON.stringify(RUNTIME)});
    for (const provider of [CPU, { ...CPU, childEnvironment: {} }])
      if (!(await probeProvider(provider)).usable) throw new Error("the CPU computes");`;
  run(process.execPath, "--input-type=module", "--eval", session);
  expect([filesIn("home"), filesIn("tmp"), filesIn("work")]).toEqual([[], [], []]);
});

test("a worker, whose variables native code does not see, is told so instead of sending", () => {
  const load = `const { runtimeVersion } = await import(${JSON.stringify(RUNTIME)});
    await runtimeVersion().then(() => process.exit(1), ({ diagnostic }) => process.exit(/TELEMETRY/.test(diagnostic.message) ? 0 : 2));`;
  const worker = `const { Worker } = await import("node:worker_threads");
    const load = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(load)}));
    new Worker(load).on("exit", (code) => { process.exitCode = code; });`;
  run(process.execPath, "--input-type=module", "--eval", worker);
  expect(filesIn("home")).toEqual([]);
});

const STRACE = "/usr/bin/strace";
const traced = existsSync(STRACE) ? test : test.skip;

traced(
  `no host is looked up or connected to, no file made elsewhere${existsSync(STRACE) ? "" : " (skipped: no strace)"}`,
  () => {
    const calls = "trace=openat,mkdir,connect,sendto,sendmsg,sendmmsg";
    run(STRACE, "-f", "-y", "-e", calls, "-o", at("trace"), process.execPath, ...COMPILE);
    const lines = readFileSync(at("trace"), "utf8").split("\n");
    // A relative path is one of the working directory.
    const made = lines.filter((line) => /O_CREAT|mkdir\("\//.test(line));
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((line) => !line.includes(at("work")) && !line.includes(at("tmp")))).toEqual([]);
    expect(lines.filter((line) => /AF_INET|\/etc\/(hosts|resolv\.conf|nsswitch\.conf)/.test(line))).toEqual([]);
  },
);
