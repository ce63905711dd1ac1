// Packs `yolo-compile`, installs it with npm and with pnpm in an empty folder each, far from this repository, and uses it there:
// compiles, verifies, runs the script of docs/library.md and a module of one's own, and checks types as a consumer.
//   npm run check-package
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** No dependency needs its install script: onnxruntime-node's fetches CUDA's libraries, on Linux. */
const INSTALL = {
  npm: ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
  pnpm: ["npx", "--yes", packageManager, "add", "--ignore-scripts"],
};

const CONSUMER = `import { bytesSource, type Compiled, compile, isProofFailure, openCheckpoint, type Verification } from "yolo-compile";
import { conv2d, defineModule, moduleTable, planUnchanged } from "yolo-compile/modules";

export async function exported(bytes: Uint8Array): Promise<Verification | undefined> {
  const checkpoint = openCheckpoint(bytesSource("best.pt", bytes));
  try {
    const { files, verification }: Compiled = await compile({ checkpoint, size: [320, 256], passes: "full" });
    const names: string[] = files.map(({ name }) => name);
    return names.length > 0 ? verification : undefined;
  } catch (error) {
    return isProofFailure(error) ? error.findings.verification : undefined;
  }
}

export const modules = moduleTable({
  Mix: defineModule({
    type: "Mix",
    signature: ["k"],
    plan: planUnchanged,
    build: (scope, x, args) => conv2d(scope, x, 8, { k: args.int("k", 1) }),
  }),
});

// @ts-expect-error a size is two numbers
void compile({ size: "640" });
// @ts-expect-error there is no such argument
defineModule({ type: "Mix", signature: ["k"], plan: planUnchanged, build: (scope, x, args) => args.int("c", 1) && x });
`;

/** Every declaration is checked too; onnxruntime-common's name things of the DOM. */
const TSCONFIG = {
  compilerOptions: {
    module: "nodenext",
    target: "es2022",
    lib: ["es2023", "dom"],
    strict: true,
    noEmit: true,
    types: [],
  },
  files: ["consumer.ts"],
};

const base = mkdtempSync(join(tmpdir(), "yolo-compile-package-"));
process.once("exit", () => rmSync(base, { recursive: true, force: true }));

/** Runs a program to its end and shows what it writes to stdout. */
function run(folder, [command, ...args]) {
  console.log(`$ ${[command, ...args].join(" ").replaceAll(ROOT, "").replaceAll(`${base}/`, "")}`);
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8", shell });
  if (stdout !== "") console.log(stdout.trim());
  if (status === 0) return;
  console.error(stderr);
  throw new Error(`${command} ended with ${status}`);
}

const sizeOf = (path) =>
  lstatSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : lstatSync(path).size;

/** What a stranger does with a package that is installed in a folder. */
function use(folder) {
  const yoloCompile = (...args) => run(folder, ["npx", "--no-install", "yolo-compile", ...args]);
  copyFileSync(join(ROOT, "fixtures/shapes/shapes.pt"), join(folder, "best.pt"));
  copyFileSync(join(ROOT, "fixtures/shapes/pictures/crowd.jpg"), join(folder, "crowd.jpg"));
  cpSync(join(folder, "node_modules/yolo-compile/docs/modules"), folder, { recursive: true });
  const [, script] = /```js\n(.*?)```/s.exec(
    readFileSync(join(folder, "node_modules/yolo-compile/docs/library.md"), "utf8"),
  );
  writeFileSync(join(folder, "script.mjs"), script);
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  yoloCompile("best.pt", "--imgsz", "320", "256", "-o", "theirs.onnx");
  yoloCompile("verify", "best.pt", "--imgsz", "320", "256");
  yoloCompile("detect", "theirs.onnx", "crowd.jpg");
  yoloCompile("cbam.yaml", "--modules", "cbam.mjs", "--random-weights", "1", "--imgsz", "64");
  run(folder, [process.execPath, "script.mjs"]);
  run(folder, [process.execPath, join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);
}

run(ROOT, [process.execPath, "scripts/pack.mjs", "--to", base]);
const [tarball] = readdirSync(base);
for (const [manager, install] of Object.entries(INSTALL)) {
  const folder = join(base, manager);
  mkdirSync(folder);
  run(folder, [...install, join(base, tarball)]);
  const installed = sizeOf(join(folder, "node_modules")) / 1e6;
  console.log(`${manager}: ${installed.toFixed(0)} MB installed, with the libraries of every platform`);
  use(folder);
}
console.log("The package installs and works with npm and pnpm.");
