import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Builds a file of a package's `src/testing`, which no package exports, to a module. Gives its path. */
export async function bundleTesting(source) {
  const { build } = await import("esbuild");
  const outfile = join(mkdtempSync(join(tmpdir(), "yolo-compile-testing-")), "testing.mjs");
  const entryPoints = [join(ROOT, source)];
  await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", logLevel: "error" });
  return outfile;
}
