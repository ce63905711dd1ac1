// Packs what is published as `yolo-compile`, from what `npm run build` has made, and says how large it is.
//   npm run pack [-- --to FOLDER] [--json]      FOLDER is out where left out; --json prints npm's record of the files
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { to: { type: "string", default: "out" }, json: { type: "boolean", default: false } },
});
const target = resolve(ROOT, values.to);

/** The package as a folder. Workspace packages are bundled, so that nothing of `devDependencies` is needed. */
function assemble(folder) {
  const { devDependencies, ...manifest } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ["packages/cli/bin", "packages/cli/bundle", "docs", "README.md", "LICENSE"])
    cpSync(join(ROOT, name), join(folder, name.replace("packages/cli/", "")), { recursive: true });
}

function pack(folder) {
  const { status, stdout } = spawnSync("npm", ["pack", "--json", "--pack-destination", target, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout)[0];
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

const folder = mkdtempSync(join(tmpdir(), "yolo-compile-pack-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
mkdirSync(target, { recursive: true });
assemble(folder);
const { filename, size, unpackedSize, files } = pack(folder);
console.log(
  values.json
    ? JSON.stringify({ filename, files: files.map(({ path }) => path) })
    : `${join(values.to, filename)}: ${megabytes(size)}, ${files.length} files of ${megabytes(unpackedSize)}`,
);
