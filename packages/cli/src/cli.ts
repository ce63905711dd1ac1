import { isCompileError, VERSION, visibleJson, visibleText } from "@yolo-compile/compiler";
import yargs from "yargs";
import { compileCommand } from "./commands/compile.js";
import { convertCommand } from "./commands/convert.js";
import { detectCommand } from "./commands/detect.js";
import { inspectCommand } from "./commands/inspect.js";
import { providersCommand } from "./commands/providers.js";
import { summaryCommand } from "./commands/summary.js";
import { verifyCommand } from "./commands/verify.js";
import { usage } from "./diagnostics.js";
import { EXIT, exitCodeOf } from "./exit.js";
import { paintDiagnostic } from "./terminal.js";

/** Runs one command line; the result is the exit code. Nothing is thrown. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  const parser = yargs([...argv])
    .scriptName("yolo-compile")
    .usage("YOLOv5 yaml and weights to a verified, fast ONNX graph, without Python.")
    .command(compileCommand(setExitCode))
    .command(summaryCommand)
    .command(inspectCommand(setExitCode))
    .command(convertCommand)
    .command(detectCommand)
    .command(verifyCommand(setExitCode))
    .command(providersCommand)
    .strict()
    .version(VERSION)
    .alias({ help: "h", version: "V" })
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usage(message.replaceAll("\n", ", "), "yolo-compile --help lists what there is");
    });
  try {
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    return reportFailure(error, argv.includes("--json"));
  }
}

function reportFailure(error: unknown, json: boolean): number {
  if (!isCompileError(error)) {
    for (const line of faultLines(error)) process.stderr.write(`${visibleText(line)}\n`);
    process.stderr.write(
      "This is a fault of yolo-compile, not of your files. Please report it with the command line.\n",
    );
    return EXIT.fault;
  }
  const { diagnostic } = error;
  process.stderr.write(`${paintDiagnostic(diagnostic)}\n`);
  if (json) process.stdout.write(`${visibleJson({ error: diagnostic })}\n`);
  return exitCodeOf(diagnostic);
}

/** An error's text, which may quote a file and so is one line, and where it comes from. */
function faultLines(error: unknown): readonly string[] {
  const frames = (error instanceof Error ? error.stack : undefined)?.split("\n").filter((line) => /^ +at /.test(line));
  return [String(error), ...(frames ?? [])];
}
