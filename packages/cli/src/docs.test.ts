import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

// Every command line of the documents runs, and prints what they say.
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DOCUMENTS = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const cli = watchCli();

/** The files that the documents name, small ones of the same kinds. */
function makeFiles(): void {
  for (const [source, name] of [
    ["shapes.pt", "best.pt"],
    ["shapes.yaml", "yolov5s.yaml"],
    ["pictures/crowd.jpg", "bus.jpg"],
    ["pictures/crowd.jpg", "crowd.jpg"],
    ["pictures/portrait.jpg", "portrait.jpg"],
  ] as const)
    copyFileSync(fixturePath(`shapes/${source}`), cli.at(name));
}

async function inFolder(run: () => Promise<void>): Promise<void> {
  const here = process.cwd();
  process.chdir(cli.folder);
  try {
    await run();
  } finally {
    process.chdir(here);
  }
}

interface Session {
  readonly commandLine: string;
  readonly printed: readonly string[];
}

/** The command lines of a document's console blocks, and the lines below each. */
function sessionsOf(text: string): readonly Session[] {
  const blocks = [...text.matchAll(/^```console\n(.*?)^```/gms)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((session) => {
      const [commandLine = "", ...printed] = session.trimEnd().split("\n");
      return { commandLine, printed };
    });
}

/** Figures of machines and of last bits: times, sizes, errors. */
const withoutFigures = (text: string): string =>
  text.replaceAll(/\d+(\.\d+)?(e-\d+)?(?= (of|times|s\b|ms|MB))|\(\d+ ms\)/g, "#");

const transcripts = DOCUMENTS.map((name) => ({ name, sessions: sessionsOf(textOf(`docs/${name}`)) }));

describe("the documents' transcripts are what happens:", () => {
  test.each(transcripts.filter(({ sessions }) => sessions.length > 0))("docs/$name", ({ sessions }) =>
    inFolder(async () => {
      makeFiles();
      for (const { commandLine, printed } of sessions) {
        cli.stdout = "";
        const [program, ...argv] = commandLine.split(" ");
        expect(program).toBe("yolo-compile");
        const exitCode = await runCli(argv);
        expect([commandLine, exitCode]).toEqual([commandLine, printed.some((line) => /"error"/.test(line)) ? 2 : 0]);
        const lines = cli.stdout.split("\n").map((line) => withoutFigures(line.trimEnd()));
        expect(printed.map(withoutFigures).filter((line) => !lines.includes(line))).toEqual([]);
      }
    }),
  );

  test("there are some in each document that shows what is printed", () => {
    const shown = transcripts.filter(({ sessions }) => sessions.length > 0).map(({ name }) => name);
    expect(shown.sort()).toEqual(["boxes.md", "ci.md", "deploy.md", "json.md"]);
  });
});

/** Command lines that need what is not in the project, and what that is. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "yolo26n.pt --end2end": "a checkpoint of a network with two heads",
};

const README = [...textOf("README.md").matchAll(/^npx yolo-compile ([^#\n]+)/gm)].map(([, line]) => line!.trim());
const runnable = README.filter((line) => !(line in NOT_HERE));
const skipped = README.filter((line) => line in NOT_HERE).map((line) => `${line} (${NOT_HERE[line]})`);

test(`every command line of the README runs, in its order, at a small size; not here: ${skipped.join(", ")}`, () =>
  inFolder(async () => {
    makeFiles();
    expect(runnable.length).toBeGreaterThan(12);
    expect(skipped).toHaveLength(Object.keys(NOT_HERE).length);
    expect(await runCli(["convert", "best.pt", "-o", "weights.safetensors"])).toBe(0);
    const small = ["--imgsz", "64"];
    expect(await runCli(["best.pt", "--passes", "none", "-o", "theirs.onnx", ...small])).toBe(0);
    for (const line of runnable) {
      const argv = line.split(" ");
      const sized = /^(convert|detect|modules|providers|inspect)\b|--imgsz|\.onnx \S+\.onnx$/.test(line);
      const written = /^(best|yolov5s|weights)\S*( |$)/.test(line) ? ["-o", "best.onnx"] : [];
      const shapes = line.startsWith("verify theirs.onnx best.onnx") || line.startsWith("verify best.pt theirs.onnx");
      if (shapes) expect(await runCli(["best.pt", "-o", "best.onnx", ...small])).toBe(0);
      cli.stderr = "";
      const exitCode = await runCli([...argv, ...(sized ? [] : small), ...written]);
      expect([line, exitCode, cli.stderr.match(/^error.*/m)?.[0]]).toEqual([line, 0, undefined]);
    }
  }));

test("every link of a document leads to a file", () => {
  const paths = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...DOCUMENTS.map((name) => `docs/${name}`)];
  const broken = paths.flatMap((path) =>
    [...textOf(path).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)]
      .map(([, target]) => join(dirname(path), target!))
      .filter((target) => !readdirSync(join(ROOT, dirname(target))).includes(target.split("/").at(-1)!))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** Runs a script as a program that has the package's dependencies. */
function runScript(path: string, folder: string) {
  symlinkSync(join(ROOT, "packages/cli/node_modules"), join(dirname(path), "node_modules"));
  return spawnSync(process.execPath, [path], { cwd: folder, encoding: "utf8" });
}

test("the script of docs/deploy.md reads what is compiled", async () => {
  const [, script = ""] = /```js\n(.*?)```/s.exec(textOf("docs/deploy.md")) ?? [];
  expect(
    await runCli([fixturePath("shapes/shapes.pt"), "--imgsz", "320", "--no-verify", "-o", cli.at("best.onnx")]),
  ).toBe(0);
  mkdirSync(cli.at("run"));
  writeFileSync(cli.at("run/script.mjs"), script);
  expect(script).toMatch(/from "onnxruntime-node"/);
  const { status, stdout } = runScript(cli.at("run/script.mjs"), cli.folder);
  expect([status, stdout]).toEqual([0, "1x6300x11\n"]);
});
