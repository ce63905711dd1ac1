import { EXIT } from "./exit.js";
import { supervise } from "./supervise.js";
import { systemProblem } from "./system-problem.js";

/** Commands that write no files. */
const WITHOUT_FILES: ReadonlySet<string | undefined> = new Set(["summary", "inspect", "modules", "providers"]);
/** Options for which nothing is done but to print. */
const PRINTING: ReadonlySet<string> = new Set(["--help", "-h", "--version", "-V"]);

/** Whether a command line may write files or compute for long: one that only prints may be ended anywhere by a signal. */
export function wantsSupervisor(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  return !WITHOUT_FILES.has(argv[0]) && !options.some((option) => PRINTING.has(option));
}

/** Runs a command line and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  if (!wantsSupervisor(argv)) {
    await import("./work.js");
    return;
  }
  try {
    process.exit(await supervise(argv));
  } catch (error) {
    const problem = systemProblem(error);
    if (problem === undefined) throw error;
    process.stderr.write(`error system/refused: no process can be started: ${problem}\n`);
    process.exit(EXIT.system);
  }
}
