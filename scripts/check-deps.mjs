// Checks that packages depend on each other only as the design's table allows: in package.json, in tsconfig references and in
// every import. Prints what each reaches through imports of imports: what runs in a browser reaches nothing of Node and no
// machine code, and the compiler is bundled for one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleForBrowser, followImports, isNative } from "./reach.mjs";

/** The packages that each package may import. Every other import is a mistake, or a change of the design. */
const TABLE = {
  core: [],
  ir: ["core"],
  passes: ["core", "ir"],
  onnx: ["core", "ir"],
  weights: ["core", "onnx"],
  runtime: ["core"],
  vision: ["core"],
  report: ["core"],
  network: ["core", "ir", "weights"],
  yolov5: ["core", "ir", "network"],
  // A fork of YOLOv5: it reads the same yaml, and its boxes are decoded alike.
  yolov7: ["core", "ir", "network", "yolov5"],
  efficientvit: ["core", "ir", "network"],
  timm: ["core", "ir", "network"],
  ultralytics: ["core", "ir", "network"],
  compiler: [
    "core",
    "ir",
    "passes",
    "onnx",
    "weights",
    "network",
    "yolov5",
    "yolov7",
    "efficientvit",
    "timm",
    "ultralytics",
  ],
  proof: ["core", "ir", "passes", "onnx", "weights", "network", "compiler", "runtime", "vision", "report"],
  "yolo-compile": ["compiler", "proof"],
  testkit: ["core", "ir", "passes", "onnx", "runtime"],
};
const NODE_ONLY = new Set(["runtime", "vision", "yolo-compile", "testkit"]);
const TEST_ONLY = new Set(["testkit"]);
/** Packages that need Node only through their imports. */
const NODE_BY_REACH = new Set([...NODE_ONLY, "proof"]);

const IMPORT = /^(?:import|export|\}) ?.*?from "([^"\s]+)";$|\bimport\("([^"\s]+)"\)|^import "([^"\s]+)";$/gm;

const short = (name) => name.replace("@yolo-compile/", "");
const problems = [];

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

function checkImports(name, file, declared) {
  const test = /\.test\.ts$|\/testing\//.test(file);
  for (const [, from, dynamic, bare] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const specifier = from ?? dynamic ?? bare;
    if (specifier.startsWith(".")) continue;
    if (specifier.startsWith("node:") && !NODE_ONLY.has(name) && !test)
      problems.push(`${file}: ${specifier} in a package for the browser`);
    const owner = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0];
    const own = owner.startsWith("@yolo-compile/") ? short(owner) : undefined;
    const allowed = own ? TABLE[name].includes(own) || (test && (TEST_ONLY.has(own) || own === name)) : true;
    if (!allowed) problems.push(`${file}: ${name} may not import ${own}`);
    if (!test && !specifier.startsWith("node:") && !declared.has(owner))
      problems.push(`${file}: ${owner} is not in package.json`);
  }
}

let count = 0;
const roots = new Map();
for (const parent of ["packages", "converters"])
  for (const folder of readdirSync(parent)) {
    const root = join(parent, folder);
    if (!existsSync(join(root, "package.json"))) continue;
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const name = short(manifest.name);
    if (!(name in TABLE)) {
      problems.push(`${root}: ${name} is not in the table of scripts/check-deps.mjs`);
      continue;
    }
    roots.set(root, name);
    // What the published package takes from others is bundled, so that an installation does not bring it again.
    const bundled = name === "yolo-compile" ? manifest.devDependencies : {};
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...bundled }));
    for (const dependency of declared)
      if (dependency.startsWith("@yolo-compile/") && !TABLE[name].includes(short(dependency)))
        problems.push(`${root}/package.json: ${name} may not depend on ${short(dependency)}`);
    const files = sourceFiles(join(root, "src"));
    for (const file of files) checkImports(name, file, declared);
    count += files.length;
  }

const entriesOf = (root) => ["src/index.ts", "src/main.ts"].map((file) => `${root}/${file}`).filter(existsSync);
const sorted = (items) => [...new Set(items)].sort();
const foreignName = (folder) => folder.replace(/^.*node_modules\//, "");
/** A package by its name; `@protobufjs/*` stands for all of a scope. */
const listed = (folder) => foreignName(folder).replace(/\/.*/, "/*") + (isNative(folder) ? " (native)" : "");

async function reachOf(packages, platform) {
  const entries = packages.flatMap(([root]) => entriesOf(root));
  const found = await followImports(entries, platform);
  return packages.map(([root, name]) => {
    const all = (kind) => sorted(entriesOf(root).flatMap((entry) => [...found.get(entry)[kind]]));
    const own = all("own").filter((each) => each !== root);
    return { root, name, own: own.map((each) => roots.get(each)), foreign: all("foreign"), builtins: all("builtins") };
  });
}

const needsNode = ([, name]) => NODE_BY_REACH.has(name);
const picture = [
  ...(await reachOf(
    [...roots].filter((each) => !needsNode(each)),
    "browser",
  )),
  ...(await reachOf([...roots].filter(needsNode), "node")),
].sort((a, b) => a.own.length - b.own.length);
for (const { root, name, own, foreign, builtins } of picture) {
  const groups = [own, sorted(foreign.map(listed)), builtins].filter((group) => group.length > 0);
  console.log(`${name} -> ${groups.map((group) => group.join(" ")).join(" | ") || "nothing"}`);
  if (NODE_BY_REACH.has(name)) continue;
  for (const each of [...builtins, ...foreign.filter(isNative).map(foreignName)])
    problems.push(`${root}: ${name} runs in a browser, and reaches ${each}`);
}

const { script, nodeImports } = await bundleForBrowser();
const kilobytes = (bytes) => `${(bytes.length / 1000).toFixed(0)} kB`;
console.log(
  `compiler with every family as a script for a browser: ${kilobytes(Buffer.from(script))}, ` +
    `${kilobytes(gzipSync(script))} compressed, ${nodeImports.length} imports of Node`,
);

for (const problem of problems) console.error(problem);
console.log(`${count} files checked, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
