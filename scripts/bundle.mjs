// Makes the published package's code and types of what `tsc -b` has built: packages/cli/bundle. `npm run build` runs it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { copyTypes } from "./copy-types.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "packages/cli");
const BUNDLE = join(CLI, "bundle");

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const { dependencies, engines } = readJson(join(CLI, "package.json"));

const SHARED = {
  cwd: ROOT,
  platform: "node",
  external: [...Object.keys(dependencies), /^node:/],
  transform: { target: `node${/[\d.]+/.exec(engines.node)[0]}` },
};

/**
 * Modules lie side by side, since some start others by their path. What a command needs is loaded with it: rolldown looks
 * through a package's index at what is used of it.
 * @returns the files that went in
 */
async function bundleCode() {
  const entries = ["index", "modules", "main", "work"].map((name) => [name, join(CLI, `dist/${name}.js`)]);
  const outputs = await build([
    {
      ...SHARED,
      input: Object.fromEntries(entries),
      output: { dir: BUNDLE, chunkFileNames: "[name]-[hash].js", comments: false },
    },
    {
      ...SHARED,
      input: join(ROOT, "packages/runtime/dist/child-session-main.mjs"),
      output: { dir: BUNDLE, entryFileNames: "[name].mjs", comments: false },
    },
  ]);
  return outputs.flatMap(({ output }) => output.flatMap(({ moduleIds }) => moduleIds));
}

/** The licences of the code of others that went in: most of them ask to be passed on. */
function licencesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version, license } = readJson(join(folder, "package.json"));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    if (!file) throw new Error(`${name} brings no text of its licence: it cannot be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
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
