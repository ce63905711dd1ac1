import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

// What is published: npm packs it, and this looks into the tarball.
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
}

let folder = "";
let files: readonly string[] = [];
const read = (file: string): string => readFileSync(join(folder, "package", file), "utf8");
const manifestAt = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8"));
const packed = (): Manifest => manifestAt(join(folder, "package/package.json"));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "package-"));
  const script = [join(ROOT, "scripts/pack.mjs"), "--to", folder, "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const { filename, files: found } = JSON.parse(stdout);
  files = found;
  expect(spawnSync("tar", ["-xzf", filename], { cwd: folder }).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("holds the bundle, its declarations and documents: no tests, no sources, no maps", () => {
  const kinds: readonly RegExp[] = [
    /^(package\.json|README\.md|LICENSE)$/,
    /^bin\/yolo-compile\.js$/,
    /^bundle\/[\w-]+\.m?js$/,
    /^bundle\/third-party-licences\.txt$/,
    /^bundle\/types\/[\w/-]+\.d\.m?ts$/,
    /^docs\/[\w/.-]+\.(md|mjs|yaml|json)$/,
  ];
  expect(files.filter((file) => !kinds.some((kind) => kind.test(file)))).toEqual([]);
  expect(files.filter((file) => /\.test\.|testing|fixture/.test(file))).toEqual([]);
  for (const kind of kinds) expect(files.some((file) => kind.test(file))).toBe(true);
});

test("its manifest names files that are there, the oldest Node, and no package of the workspace", () => {
  const { exports, bin, dependencies, ...rest } = packed();
  const named = [...Object.values(exports).flatMap((each) => Object.values(each)), ...Object.values(bin)];
  expect(named.map((path) => path.replace("./", "")).filter((path) => !files.includes(path))).toEqual([]);
  expect(rest).toMatchObject({ engines: { node: expect.stringMatching(/^>=/) }, license: "MIT" });
  for (const none of ["devDependencies", "scripts", "private"]) expect(rest).not.toHaveProperty(none);
  expect(Object.keys(dependencies).sort()).toEqual(["dejavu-fonts-ttf", "onnxruntime-node", "sharp"]);
});

test("it asks for the versions that the workspace is tested with", () => {
  const own = ["packages", "converters"]
    .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name, "package.json")))
    .filter((path) => existsSync(path) && !path.includes(join("packages", "cli")));
  const tested = Object.assign({}, ...own.map((path) => manifestAt(path).dependencies));
  expect(tested).toMatchObject(packed().dependencies);
});

test("code and declarations import one another, Node and the dependencies, and nothing else", () => {
  const outside = new Set(Object.keys(packed().dependencies));
  const imports = files
    .filter((file) => /^bundle\/.*\.(m?js|d\.m?ts)$/.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/^(?:import|export|\}) ?.*?from "([^"\s]+)";$|\bimport\("([^"\s]+)"\)/gm)].map(
        ([, from, dynamic]) => ({ file, specifier: from ?? dynamic ?? "" }),
      ),
    );
  const relative = imports.filter(({ specifier }) => specifier.startsWith("."));
  const foreign = imports.filter(({ specifier }) => !specifier.startsWith("."));
  expect(relative.length).toBeGreaterThan(100);
  const targetOf = ({ file, specifier }: (typeof imports)[number]): string => {
    const path = posix.join(dirname(file), specifier);
    return /\.d\.m?ts$/.test(file) ? path.replace(/\.(m?)js$/, ".d.$1ts") : path;
  };
  expect(relative.filter((each) => !files.includes(targetOf(each)))).toEqual([]);
  const unknown = foreign.filter(({ specifier }) => !outside.has(specifier) && !isBuiltin(specifier));
  expect(unknown).toEqual([]);
});

/** A file of the bundle whose name begins so, and all that is loaded with it. */
function loadedWith(start: string): readonly string[] {
  const loaded = new Set(files.filter((file) => file.startsWith(`bundle/${start}`) && file.endsWith(".js")));
  expect(loaded.size).toBe(1);
  for (const file of loaded)
    for (const [, name] of read(file).matchAll(/^import (?:[^"]* from )?"\.\/([^"]+)";$/gm))
      loaded.add(`bundle/${name}`);
  return [...loaded];
}

test("a command loads what it needs when it is asked for", () => {
  const size = (names: readonly string[]): number => names.reduce((sum, name) => sum + read(name).length, 0);
  const all = size(files.filter((file) => /^bundle\/.*\.js$/.test(file)));
  expect(size(loadedWith("cli-"))).toBeLessThan(all / 5);
  const runs = (start: string): boolean => loadedWith(start).some((file) => /"onnxruntime-node"/.test(read(file)));
  expect(["cli-", "run-summary-", "run-inspect-", "run-convert-", "run-compile-"].map(runs)).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("the licences of all that is bundled are with it", () => {
  const texts = read("bundle/third-party-licences.txt").split(`\n${"-".repeat(80)}\n\n`);
  const names = texts.map((text) => /^(\S+) [\d.]+ \((MIT|ISC|BSD-3-Clause)\)\n\n.{500}/s.exec(text)?.[1]);
  expect(names).not.toContain(undefined);
  expect(names).toEqual(expect.arrayContaining(["protobufjs", "yargs", "fflate", "js-yaml"]));
});
