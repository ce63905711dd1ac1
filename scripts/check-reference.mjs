// Compiles every case of the PyTorch reference beside the checkout and lets the reference's own check.mjs judge the files.
//   node scripts/check-reference.mjs [--passes none|full] [--only REGEX]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findReference, weightsOf } from "@yolo-compile/testkit";

const root = new URL("..", import.meta.url);
const built = (path) => import(new URL(path, root));
const { compileGraphs, encodeModel, openCheckpoint, bytesSource } = await built("packages/compiler/dist/index.js");
const { values } = parseArgs({
  options: { passes: { type: "string", default: "full" }, only: { type: "string", default: "" } },
});
const reference = findReference();
if (typeof reference === "string") {
  console.log(`skipped: ${reference}`);
  process.exit(0);
}

const open = (file) => openCheckpoint(bytesSource(file, new Uint8Array(readFileSync(reference.path(file)))));
const made = (tensors) => ({ name: "formula", format: "formula", tensors, notes: [], close: () => {} });

const folder = mkdtempSync(join(tmpdir(), "check-reference-"));
try {
  for (const golden of reference.cases.filter(({ name }) => new RegExp(values.only).test(name))) {
    const config = golden.cfg && { file: golden.cfg, text: readFileSync(reference.path(golden.cfg), "utf8") };
    const runs = [...golden.runs, ...(golden.images ?? [])];
    for (const { label, file: stored, tensors } of weightsOf(reference, golden)) {
      const checkpoint = stored ? open(stored) : made(tensors);
      for (const {
        input_shape: [batch, , height, width],
      } of runs) {
        const request = { checkpoint, size: [height, width], batch, passes: values.passes };
        const { optimized } = compileGraphs(config ? { ...request, config } : request);
        const file = join(folder, `${label}@${height}x${width}.onnx`);
        writeFileSync(file, Buffer.concat([...encodeModel(optimized, { opset: 17 }).chunks()]));
      }
    }
  }
  const check = reference.path("check.mjs");
  const { status } = spawnSync(process.execPath, [check, folder, reference.path("")], {
    cwd: fileURLToPath(new URL("packages/runtime", root)),
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
