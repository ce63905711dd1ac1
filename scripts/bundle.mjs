// Makes the published package's code and types of what `tsc -b` has built: packages/cli/bundle. `npm run build` runs it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { copyTypes } from "./copy-types.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "packages/cli");
const BUNDLE = join(CLI, "bundle");

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const { dependencies, engines } = readJson(join(CLI, "package.json"));

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  platform: "node",
  target: `node${/[\d.]+/.exec(engines.node)[0]}`,
  external: Object.keys(dependencies),
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/** Modules lie side by side, since some start others by their path. @returns the files that went in */
async function bundleCode() {
  const outputs = await Promise.all([
    build({
      ...SHARED,
      splitting: true,
      entryPoints: ["index", "modules", "main", "work"].map((name) => join(CLI, `dist/${name}.js`)),
      outdir: BUNDLE,
    }),
    build({
      ...SHARED,
      entryPoints: [join(ROOT, "packages/runtime/dist/child-session-main.mjs")],
      outfile: join(BUNDLE, "child-session-main.mjs"),
    }),
  ]);
  return outputs.flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/** The licences of the code of others that went in: most of them ask to be passed on. */
function licencesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version, license } = readJson(join(ROOT, folder, "package.json"));
    const file = readdirSync(join(ROOT, folder)).find((each) => /^licen[cs]e/i.test(each));
    if (!file) throw new Error(`${name} brings no text of its licence: it cannot be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(ROOT, folder, file), "utf8").trim()}\n`;
  });
  return texts.sort().join(`\n${"-".repeat(80)}\n\n`);
}

rmSync(BUNDLE, { recursive: true, force: true });
mkdirSync(BUNDLE);
writeFileSync(join(BUNDLE, "third-party-licences.txt"), licencesOf(await bundleCode()));
copyTypes(
  ["index", "modules"].map((name) => join(CLI, `dist/${name}.d.ts`)),
  join(BUNDLE, "types"),
);
