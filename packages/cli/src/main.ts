import { EXIT } from "./exit.js";
import { supervise } from "./supervise.js";
import { systemProblem } from "./system-problem.js";

/** Commands that write no files, so that a signal may end them anywhere. */
const WITHOUT_FILES: ReadonlySet<string | undefined> = new Set([
  "summary",
  "inspect",
  "providers",
  "modules",
  "--help",
  "--version",
]);

/** Runs a command line and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  if (WITHOUT_FILES.has(argv[0])) {
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
