// What the endings of a graph cost on ONNX Runtime: CPU time of a run on noise, as a ratio to the graph whose boxes are decoded.
//   node scripts/bench-endings.mjs MODEL [--imgsz 640] [--rounds 30] [--top 300] [--picture FILE]
// MODEL is a checkpoint that carries its yaml. Sessions of one thread take turns as in `yolo-compile bench`. Suppression depends
// on what there is to suppress: a picture shows that.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bytesSource, compileGraphs, openCheckpoint, SUPPRESSION } from "../packages/compiler/dist/index.js";
import { encodeBytes, OPSETS } from "../packages/onnx/dist/index.js";
import { CPU, measureModels, runtimeVersion } from "../packages/runtime/dist/index.js";
import { decodeImage, letterbox, toTensor } from "../packages/vision/dist/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    imgsz: { type: "string", default: "640" },
    rounds: { type: "string", default: "30" },
    top: { type: "string", default: "300" },
    picture: { type: "string" },
  },
});
const [model] = positionals;
if (model === undefined) throw new Error("give a checkpoint that carries its yaml");
const side = Number(values.imgsz);
const top = Number(values.top);

const decoded = { head: "decoded", boxes: "xyxy" };
const ENDINGS = new Map([
  ["decoded", decoded],
  ["raw", { head: "raw", boxes: "xyxy" }],
  ["split", { head: "split", boxes: "xyxy" }],
  [`top ${top}`, { ...decoded, top }],
  ["nms", { ...decoded, suppression: SUPPRESSION }],
  [`top ${top}, nms`, { ...decoded, top, suppression: SUPPRESSION }],
]);

const checkpoint = openCheckpoint(bytesSource(model, readFileSync(model)));
const models = [...ENDINGS].map(([name, ending]) => {
  const { optimized } = compileGraphs({ checkpoint, size: [side, side], batch: 1, passes: "full", ending });
  return { name, source: encodeBytes(optimized, { opset: OPSETS.default }) };
});

const { picture } = values;
const inputOf = async (path) =>
  toTensor([letterbox(await decodeImage(readFileSync(path), path), { width: side, height: side })]);
const found = await measureModels(models, {
  provider: CPU,
  threads: 1,
  rounds: Number(values.rounds),
  seed: 1,
  ...(picture && { inputs: new Map([["images", await inputOf(picture)]]) }),
});

console.log(
  `${model} at ${side}, ${picture ?? "noise"}, ONNX Runtime ${await runtimeVersion()}, 1 thread, ${found.rounds} rounds, ` +
    `noise ${(found.noiseFloor * 100).toFixed(1)} %`,
);
for (const { name, cpuMs, ratio } of found.models)
  console.log(`${name.padEnd(16)} ${cpuMs.median.toFixed(1).padStart(8)} ms  ${ratio.median.toFixed(3)}`);
