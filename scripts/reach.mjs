// What packages reach through imports of imports, and the compiler as one file for a browser.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Resolves own packages to their sources, since `dist` may be old. */
const ownSources = {
  name: "own-sources",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^@yolo-compile\/[a-z0-9]+$/ }, ({ path }) => {
      const folder = path.replace("@yolo-compile/", "");
      const parent = ["packages", "converters"].find((each) => existsSync(join(ROOT, each, folder)));
      return { path: join(ROOT, parent, folder, "src/index.ts") };
    }),
};

/** Records imports of Node's builtins, which would stop a bundle for a browser. */
const builtins = {
  name: "builtins",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ path }) => (isBuiltin(path) ? { path, external: true } : undefined)),
};

const SHARED = {
  absWorkingDir: ROOT,
  plugins: [ownSources, builtins],
  bundle: true,
  metafile: true,
  write: false,
  logLevel: "error",
};

/**
 * Follows imports from source files, as Node or a browser resolves them.
 * @returns for each of `entryPoints`: `own` and `foreign` packages (folders of node_modules), and Node's `builtins`
 */
export async function followImports(entryPoints, platform) {
  const { metafile } = await build({
    ...SHARED,
    entryPoints,
    platform,
    format: "esm",
    outdir: "unused",
    loader: { ".node": "empty" },
  });
  return new Map(entryPoints.map((entry) => [entry, reachedFrom(entry, metafile.inputs)]));
}

function reachedFrom(entry, inputs) {
  const files = new Set([entry]);
  const found = { own: new Set(), foreign: new Set(), builtins: new Set() };
  for (const file of files)
    for (const { path, external } of inputs[file].imports)
      if (!external) files.add(path);
      else if (isBuiltin(path)) found.builtins.add(path.replace(/^(?!node:)/, "node:"));
  for (const file of files) {
    const [, foreign] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    const [, own] = /^((?:packages|converters)\/[^/]+)\//.exec(file) ?? [];
    if (foreign) found.foreign.add(foreign);
    else if (own) found.own.add(own);
  }
  return found;
}

const holdsBinary = (folder) =>
  existsSync(folder) && readdirSync(folder, { recursive: true }).some((file) => file.endsWith(".node"));

/** Whether a folder of node_modules is a package with machine code, or one that loads it from a package beside it. */
export function isNative(folder) {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  const beside = folder.replace(/(.*node_modules\/).*/, "$1");
  return [folder, ...Object.keys(optionalDependencies).map((name) => beside + name)].some((each) =>
    holdsBinary(join(ROOT, each)),
  );
}

/** The compiler with every family as a script that defines `yoloCompile`, and what it imports of Node, which no browser has. */
export async function bundleForBrowser() {
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: ["packages/compiler/src/index.ts"],
    platform: "browser",
    minify: true,
    format: "iife",
    globalName: "yoloCompile",
    target: "es2022",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return {
    script: outputFiles[0].text,
    nodeImports: imports.filter(({ external, path }) => external && isBuiltin(path)),
  };
}
