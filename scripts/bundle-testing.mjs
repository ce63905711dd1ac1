import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Builds a file of a package's `src/testing`, which no package exports, to a module that lasts as long as this process. Gives its path. */
export async function bundleTesting(source) {
  const { build } = await import("esbuild");
  const folder = mkdtempSync(join(tmpdir(), "yolo-compile-testing-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "testing.mjs");
  const entryPoints = [join(ROOT, source)];
  await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", logLevel: "error" });
  return outfile;
}
