// The main job on the project's own trained model and a picture: compile, verify, detect. Sets up first where that is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}/packages/cli/bundle/main.js`)) run("scripts/setup.mjs");
mkdirSync(`${root}/out`, { recursive: true });

function yoloCompile(...args) {
  console.log(`\n$ npx yolo-compile ${args.join(" ")}`);
  run("packages/cli/bin/yolo-compile.js", ...args);
}

yoloCompile("fixtures/shapes/shapes.pt", "--imgsz", "320", "-o", "out/shapes.onnx");
yoloCompile("detect", "out/shapes.onnx", "fixtures/shapes/pictures/crowd.jpg", "-o", "out/crowd.jpg");
console.log("\nThe picture with boxes is out/crowd.jpg, the model out/shapes.onnx.");
