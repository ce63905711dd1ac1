// What the endings of a graph cost on ONNX Runtime: CPU time of a run on noise, as a ratio to the graph whose boxes are decoded.
//   node scripts/bench-endings.mjs MODEL [--imgsz 640] [--rounds 30] [--top 300] [--picture FILE]
// MODEL is a checkpoint that carries its yaml. Sessions of one thread take turns in an order that is shuffled in every round;
// ratios are medians of each round's, and the decoded graph against a second session of itself is the noise. Suppression
// depends on what there is to suppress: a picture shows that.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bytesSource, compileGraphs, openCheckpoint, SUPPRESSION } from "../packages/compiler/dist/index.js";
import { uniformFloats, uniformStream } from "../packages/core/dist/index.js";
import { encodeBytes, OPSETS } from "../packages/onnx/dist/index.js";
import { CPU, openSession, runtimeVersion } from "../packages/runtime/dist/index.js";
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
  ["decoded again", decoded],
  ["raw", { head: "raw", boxes: "xyxy" }],
  ["split", { head: "split", boxes: "xyxy" }],
  [`top ${top}`, { ...decoded, top }],
  ["nms", { ...decoded, suppression: SUPPRESSION }],
  [`top ${top}, nms`, { ...decoded, top, suppression: SUPPRESSION }],
]);

const checkpoint = openCheckpoint(bytesSource(model, readFileSync(model)));
const sessions = new Map();
for (const [name, ending] of ENDINGS) {
  const { optimized } = compileGraphs({ checkpoint, size: [side, side], batch: 1, passes: "full", ending });
  const bytes = encodeBytes(optimized, { opset: OPSETS.default });
  sessions.set(name, await openSession(bytes, { provider: CPU, level: "all", threads: 1 }));
}

const noise = { dtype: "f32", shape: [1, 3, side, side], data: uniformFloats(1, 3 * side * side) };
const image = values.picture
  ? toTensor([
      letterbox(await decodeImage(readFileSync(values.picture), values.picture), { width: side, height: side }),
    ])
  : noise;
const inputs = new Map([["images", image]]);

async function timed(session) {
  const before = process.cpuUsage();
  await session.run(inputs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const next = uniformStream(1);
const shuffled = (items) =>
  items
    .map((item) => [next(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

for (const session of sessions.values()) await session.run(inputs);
const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const times = new Map();
  for (const [name, session] of shuffled([...sessions])) times.set(name, await timed(session));
  rounds.push(times);
}

console.log(
  `${model} at ${side}, ${values.picture ?? "noise"}, ONNX Runtime ${await runtimeVersion()}, 1 thread, ${rounds.length} rounds`,
);
for (const name of sessions.keys()) {
  const ms = median(rounds.map((times) => times.get(name)));
  const ratio = median(rounds.map((times) => times.get(name) / times.get("decoded")));
  console.log(`${name.padEnd(16)} ${ms.toFixed(1).padStart(8)} ms  ${ratio.toFixed(3)}`);
}
for (const session of sessions.values()) await session.release();
