// Peak memory of inspecting, converting and compiling checkpoints of about 1 GB, which are made in a temporary folder (10 GB).
//   node scripts/bench-memory.mjs
// Limits: 150 MB to inspect, 1.3 times the weights' size in float32 to convert or compile.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTorchFile } from "./torch-file.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const INSPECT_BYTES = 150e6;
const CONVERT_SHARE = 1.3;
/** A YOLOv5 of 245 million parameters. */
const GAINS = { depth_multiple: "1.33", width_multiple: "2.1" };
/** Tells the peak of a process through its fourth stream. */
const TELL = `data:text/javascript,import { writeSync } from "node:fs"; process.once("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

const folder = mkdtempSync(join(tmpdir(), "yolo-compile-memory-"));
const at = (name) => join(folder, name);

function run(...argv) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", TELL, join(ROOT, "packages/cli/bundle/work.js"), ...argv], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    let told = "";
    child.stdio[3].on("data", (text) => {
      told += text;
    });
    child.once("close", (code) => {
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ peakBytes: Number(told) * 1024, seconds });
      else reject(new Error(`yolo-compile ${argv.join(" ")} ended with ${code}`));
    });
  });
}

async function makeFiles() {
  let yaml = readFileSync(join(ROOT, "fixtures/shapes/shapes.yaml"), "utf8");
  for (const [key, value] of Object.entries(GAINS)) yaml = yaml.replace(new RegExp(`${key}:.*`), `${key}: ${value}`);
  writeFileSync(at("wide.yaml"), yaml);
  const size = ["--imgsz", "64", "--no-verify", "--passes", "none"];
  await run(at("wide.yaml"), "--random-weights", "1", ...size, "-o", at("wide.onnx"));
  await run("convert", at("wide.onnx"), "--cfg", at("wide.yaml"), "-o", at("wide.safetensors"));
  await writeTorchFile(at("wide.safetensors"), at("float.pt"), {});
  await writeTorchFile(at("wide.safetensors"), at("half.pt"), { half: true, twice: true });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
let over = 0;

async function measure(label, file, limitBytes, ...argv) {
  const { peakBytes, seconds } = await run(...argv);
  const ok = peakBytes < limitBytes;
  if (!ok) over++;
  const columns = [label.padEnd(24), megabytes(statSync(file).size), megabytes(peakBytes), megabytes(limitBytes)];
  console.log(
    `${columns.map((text) => text.padStart(9)).join("  ")}  ${seconds.toFixed(1).padStart(5)} s  ${ok ? "ok" : "OVER"}`,
  );
}

try {
  await makeFiles();
  const float32Bytes = statSync(at("float.pt")).size;
  console.log(["".padEnd(24), "file", "peak", "limit"].map((text) => text.padStart(9)).join("  "));
  for (const name of ["float.pt", "half.pt", "wide.safetensors", "wide.onnx"]) {
    const file = at(name);
    const limit = CONVERT_SHARE * float32Bytes * (name === "half.pt" ? 2 : 1);
    await measure(`inspect ${name}`, file, INSPECT_BYTES, "inspect", file);
    for (const output of ["out.bin", "out.npz"])
      await measure(`${name} to ${output.slice(4)}`, file, limit, "convert", file, "-o", at(output));
  }
  const weights = at("wide.safetensors");
  const compile = [weights, "--imgsz", "64", "--no-verify", "-o", at("out.onnx")];
  await measure("compile wide.safetensors", weights, CONVERT_SHARE * float32Bytes, ...compile);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(over === 0 ? "all within their limits" : `${over} over their limits`);
process.exitCode = over === 0 ? 0 : 1;
