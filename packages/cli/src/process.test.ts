import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";

// The program as it is installed: what a process does with its streams, signals and limits.
const PROGRAM = fileURLToPath(new URL("../bin/yolo-compile.js", import.meta.url));
const CHECKPOINT = fixturePath("shapes/shapes.pt");

let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "process-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const COMPILE = [CHECKPOINT, "--imgsz", "64", "-o"];

const posix = process.platform === "win32" ? test.skip : test;
const why = process.platform === "win32" ? " (skipped: needs a shell of POSIX)" : "";

/** Runs a line of a shell in which `yolo` is the program. */
function shell(script: string) {
  const line = `yolo() { "$NODE" "$PROGRAM" "$@"; }; ${script}`;
  const env = { ...process.env, NODE: process.execPath, PROGRAM, CHECKPOINT };
  return spawnSync("sh", ["-c", line], { cwd: folder, env, encoding: "utf8" });
}

posix(`- and /dev/stdout are stdout; what is said goes to stderr${why}`, () => {
  expect(spawnSync(process.execPath, [PROGRAM, ...COMPILE, at("file.onnx")]).status).toBe(0);
  for (const output of ["-", "/dev/stdout"]) {
    const { status, stderr } = shell(`yolo "$CHECKPOINT" --imgsz 64 -o ${output} | cat > streamed.onnx`);
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^PASSED: differs by .*\nwrote /)]);
    expect(readFileSync(at("streamed.onnx")).equals(readFileSync(at("file.onnx")))).toBe(true);
  }
  expect(shell('yolo "$CHECKPOINT" -o - --json').stderr).toMatch(/usage: --json and the model both go to stdout/);
});

posix(`a pipe among the pictures is refused, and ONNX Runtime still loads${why}`, () => {
  copyFileSync(fixturePath("shapes/pictures/portrait.jpg"), at("good.jpg"));
  const { status, stderr } = shell(
    'mkfifo pipe.jpg; yolo "$CHECKPOINT" --imgsz 64 -o out.onnx --images good.jpg pipe.jpg',
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/^warning input\/unreadable: cannot read pipe\.jpg: it is a pipe, not a file/m),
  ]);
});

/** A device that is always full. */
const FULL = "/dev/full";
const onFull = existsSync(FULL) ? test : test.skip;

onFull(
  `a stream that cannot be written is said, with an exit code of its own${existsSync(FULL) ? "" : " (skipped: no /dev/full)"}`,
  () => {
    for (const command of ['yolo inspect "$CHECKPOINT"', 'yolo "$CHECKPOINT" --imgsz 64 -o out.onnx']) {
      const { status, stderr } = shell(`${command} > ${FULL}`);
      expect([status, stderr]).toEqual([
        74,
        expect.stringMatching(/^error system\/refused: cannot write to stdout: the disk is full$/m),
      ]);
    }
    expect(shell(`yolo inspect none 2> ${FULL}`).status).toBe(74);
  },
);

posix(`so is a reader that has gone${why}`, () => {
  const { stdout, stderr } = shell('{ yolo inspect "$CHECKPOINT" --tensors; echo $? >&2; } | true');
  expect(stdout).toBe("");
  expect(stderr).toBe("error system/refused: cannot write to stdout: nobody reads it any more\n74\n");
});

posix(`too few open files and a working directory that is gone are said${why}`, () => {
  const refused: string[] = [];
  let status: number | null = null;
  // Node itself needs some 20, and with fewer it ends before it runs anything of ours.
  for (let limit = 16; limit < 64 && status !== 0; limit += 2) {
    const run = shell(`ulimit -n ${limit}; yolo "$CHECKPOINT" --imgsz 64 --no-verify -o out.onnx`);
    status = run.status;
    if (status === 74) refused.push(run.stderr);
  }
  expect(status).toBe(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const text of refused) expect(text).toMatch(/^error system\/refused: .*\n$/);
  mkdirSync(at("gone"));
  const gone = shell('cd gone && rmdir ../gone && yolo "$CHECKPOINT" -o /tmp/out.onnx');
  expect([gone.status, gone.stderr]).toEqual([
    74,
    "error system/refused: the working directory is gone: go to one that is there\n",
  ]);
});

posix(`an output that there is no room for is said, and what was there stays${why}`, () => {
  writeFileSync(at("out.onnx"), "precious");
  const { status, stderr } = shell('ulimit -f 100; yolo "$CHECKPOINT" --imgsz 64 -o out.onnx');
  expect([status, stderr]).toEqual([74, expect.stringMatching(/output\/unwritable: cannot write .*ulimit -f/)]);
  expect([readdirSync(folder), readFileSync(at("out.onnx"), "utf8")]).toEqual([["out.onnx"], "precious"]);
});

test("a Node that is too old is told which one is needed", () => {
  const old = `Object.defineProperty(process.versions, "node", { value: "18.20.8" }); await import(${JSON.stringify(pathToFileURL(PROGRAM))})`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", old], { encoding: "utf8" });
  expect([status, stderr]).toEqual([
    74,
    expect.stringMatching(/^error system\/refused: yolo-compile needs Node 20\.19 or later, this is .*\n$/),
  ]);
});

/** Starts to compile, and waits until its hidden folder is there. */
async function startCompiling(): Promise<ChildProcess> {
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [PROGRAM, ...COMPILE, at("out.onnx")], { stdio: "ignore", env });
  while (readdirSync(folder).length === 0 && child.exitCode === null) await delay(5);
  return child;
}

const endOf = (child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> =>
  new Promise((resolve) => child.once("exit", (code, signal) => resolve([code, signal])));

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends a run with %i and leaves nothing behind", async (signal, code) => {
  const child = await startCompiling();
  const end = endOf(child);
  child.kill(signal);
  expect(await end).toEqual([process.platform === "win32" ? null : code, process.platform === "win32" ? signal : null]);
  expect(readdirSync(folder)).toEqual([]);
});

posix(`a run whose supervisor is killed ends too, and cleans up${why}`, async () => {
  const child = await startCompiling();
  const end = endOf(child);
  child.kill("SIGKILL");
  await end;
  while (readdirSync(folder).some((name) => name.startsWith("."))) await delay(20);
  expect(readdirSync(folder).filter((name) => name !== "out.onnx")).toEqual([]);
});

/** A folder as a run of this process id makes it. */
async function hiddenName(): Promise<string> {
  const child = await startCompiling();
  const [name] = readdirSync(folder);
  await endOf(child);
  return name!;
}

test("a run removes what dead runs of this machine left, and nothing else", async () => {
  const [, mark, pid] = /^\.yolo-compile-(\w{8})-(\d+)-/.exec(await hiddenName())!;
  const dead = `.yolo-compile-${mark}-${pid}-abc123`;
  const others = [
    `.yolo-compile-${mark}-${process.pid}-abc123`,
    `.yolo-compile-00000000-${pid}-abc123`,
    `.yolo-compile-${mark}-${pid}-abc123.txt`,
    `yolo-compile-${mark}-${pid}-abc123`,
  ];
  for (const name of [dead, ...others]) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), "optimized.onnx"), "half");
  }
  writeFileSync(at(`.yolo-compile-${mark}-${pid}-xyz789`), "a file of that name");
  expect(await runCli([CHECKPOINT, "--imgsz", "64", "--no-verify", "-o", at("out.onnx")])).toBe(0);
  expect(readdirSync(folder).sort()).toEqual([...others, `.yolo-compile-${mark}-${pid}-xyz789`, "out.onnx"].sort());
});
