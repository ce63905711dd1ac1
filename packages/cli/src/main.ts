import { runCli } from "./cli.js";

// A reader that has seen enough, as in `yolo-compile --help | head`, is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2));
