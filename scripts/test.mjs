// Runs all tests, after the set-up where it is missing. Arguments go to Jest.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const root = new URL("..", import.meta.url);
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: "inherit", ...options }).status ?? 1;

if (!existsSync(new URL("packages/cli/bundle/main.js", root)) || !existsSync(new URL("node_modules/jest", root))) {
  const status = run(process.execPath, ["scripts/setup.mjs"]);
  if (status !== 0) process.exit(status);
}

const jest = "node_modules/jest/bin/jest.js";
process.exit(run(process.execPath, ["--experimental-vm-modules", "--no-warnings", jest, ...process.argv.slice(2)]));
