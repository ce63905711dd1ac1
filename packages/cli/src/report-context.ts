import { existsSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { VERSION } from "@yolo-compile/compiler";
import { type FileFacts, type ReportContext, type RunFacts, runtimeVersion } from "@yolo-compile/proof";
import { openFile } from "./files.js";
import { sha256Of } from "./sha256.js";

/** The command line, as it is given. */
export interface CommandLineOptions {
  readonly commandLine?: string | undefined;
}

/**
 * The program's version, the machine and the run, for reports; `files` are those that the command names, as far as they are
 * there. @throws runtime/missing, input/unreadable
 */
export const reportContext = async (
  { commandLine = "" }: CommandLineOptions,
  files: readonly string[],
): Promise<Pick<ReportContext, "tool" | "environment" | "run">> => ({
  tool: { name: "yolo-compile", version: VERSION },
  environment: [
    ["ONNX Runtime", await runtimeVersion()],
    ["Node", process.version],
    ["Machine", `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() || "unknown processor"}`],
  ],
  run: runFacts(`yolo-compile ${commandLine}`, files),
});

const runFacts = (command: string, files: readonly string[]): RunFacts => ({
  command,
  started: new Date(performance.timeOrigin).toISOString(),
  elapsedMs: Math.round(performance.now()),
  files: files.filter(existsSync).map(fileFacts),
});

function fileFacts(name: string): FileFacts {
  const file = openFile(name);
  try {
    return { name, bytes: file.size, sha256: sha256Of(file) };
  } finally {
    file.close();
  }
}
