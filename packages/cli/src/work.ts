import { EXIT } from "./exit.js";
import { endWithSupervisor } from "./supervised.js";
import { systemProblem } from "./system-problem.js";

// The process that does the work: runs its own command line. Little is loaded here, so that what cannot be loaded is said.

function refuse(problem: string): never {
  process.stderr.write(`error system/refused: ${problem}\n`);
  process.exit(EXIT.system);
}

for (const name of ["stdout", "stderr"] as const)
  process[name].on("error", (error) => refuse(`cannot write to ${name}: ${systemProblem(error) ?? error.message}`));

endWithSupervisor();
try {
  process.cwd();
} catch {
  refuse("the working directory is gone: go to one that is there");
}
// With too few files left to open, Node finds modules no more.
const { runCli } = await import("./cli.js").catch((error) =>
  refuse(`yolo-compile cannot be loaded, is ulimit -n very low? ${systemProblem(error) ?? error.message}`),
);
process.exitCode = await runCli(process.argv.slice(2));
