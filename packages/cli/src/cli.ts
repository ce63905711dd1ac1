import { isAbsolute, sep } from "node:path";
import { isCompileError, VERSION, visibleJson, visibleText } from "@yolo-compile/compiler";
import yargs from "yargs";
import { checkCommand, checkRepeats, refusal } from "./command-line.js";
import { benchCommand } from "./commands/bench.js";
import { compileCommand } from "./commands/compile.js";
import { convertCommand } from "./commands/convert.js";
import { detectCommand } from "./commands/detect.js";
import { inspectCommand } from "./commands/inspect.js";
import { modulesCommand } from "./commands/modules.js";
import { providersCommand } from "./commands/providers.js";
import { summaryCommand } from "./commands/summary.js";
import { verifyCommand } from "./commands/verify.js";
import { systemRefuses } from "./diagnostics.js";
import { EXIT, exitCodeOf } from "./exit.js";
import { helpWidth, spaced } from "./help.js";
import { systemProblem } from "./system-problem.js";
import { paintDiagnostic } from "./terminal.js";

/** Runs one command line; the result is the exit code. Nothing is thrown. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  const parser = yargs()
    .scriptName("yolo-compile")
    .detectLocale(false)
    .usage("YOLOv5 yaml and weights to a verified, fast ONNX graph, without Python.")
    .command(compileCommand(setExitCode))
    .command(summaryCommand)
    .command(inspectCommand(setExitCode))
    .command(convertCommand)
    .command(detectCommand(setExitCode))
    .command(verifyCommand(setExitCode))
    .command(benchCommand)
    .command(modulesCommand)
    .command(providersCommand)
    .option(FILES_FOLLOW, { type: "boolean", hidden: true })
    .strict()
    .middleware((given) => {
      given.commandLine = argv.join(" ");
    })
    .version(VERSION)
    .alias({ help: "h", version: "V" })
    .wrap(helpWidth(process.stdout.columns))
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error;
      let help = "";
      parser.showHelp((text) => {
        help = text;
      });
      throw refusal(message, help);
    });
  try {
    checkCommand(argv, COMMANDS);
    checkRepeats(argv);
    await parser.parseAsync(withNamedFiles(argv), {}, (_error, _given, output) => {
      if (output) process.stdout.write(`${spaced(output)}\n`);
    });
    return exitCode;
  } catch (error) {
    return reportFailure(error, argv.includes("--json"));
  }
}

/** The first words of a command line that are no files. */
const COMMANDS = [
  "summary",
  "inspect",
  "convert",
  "detect",
  "classify",
  "verify",
  "bench",
  "modules",
  "providers",
] as const;

/** Ends a list of values, as `--` does. */
const FILES_FOLLOW = "files-follow";

/**
 * Makes file options of the arguments behind `--`, which are files whatever their names; yargs would take them for options,
 * or for no arguments of a command.
 */
function withNamedFiles(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  if (end === -1) return argv;
  const files = argv.slice(end + 1).map((file) => (isAbsolute(file) ? file : `.${sep}${file}`));
  return [...argv.slice(0, end), `--${FILES_FOLLOW}`, ...files];
}

function reportFailure(thrown: unknown, json: boolean): number {
  const problem = systemProblem(thrown);
  const error = problem === undefined ? thrown : systemRefuses(problem);
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

/** An error's text on one line, since it may quote a file, and its stack. */
function faultLines(error: unknown): readonly string[] {
  const frames = (error instanceof Error ? error.stack : undefined)?.split("\n").filter((line) => /^ +at /.test(line));
  return [String(error), ...(frames ?? [])];
}
