// Our int8 beside onnxruntime's Python quantize_static, on pictures that neither has been calibrated on.
//   node scripts/bench-int8.mjs CHECKPOINT --calibrate DIR --images DIR [--imgsz N] [--rounds N] [--python PYTHON]
// PYTHON has PyPI's onnx and onnxruntime. Models take turns as in `yolo-compile bench`; medians of the CPU time of one thread are
// printed, and what their detections are against those of float32, for which the same promise as `--int8` makes is asked.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bytesSource, encodeNpy, openCheckpoint } from "../packages/compiler/dist/index.js";
import { compile, decodeImage, INT8_PROMISE } from "../packages/proof/dist/index.js";
import { CPU, measureModels, openSession } from "../packages/runtime/dist/index.js";
import { compareDetections, letterbox, nonMaxSuppression, toTensor } from "../packages/vision/dist/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calibrate: { type: "string" },
    images: { type: "string" },
    imgsz: { type: "string", default: "640" },
    rounds: { type: "string", default: "20" },
    python: { type: "string", default: "python3" },
  },
});
const [path] = positionals;
if (!path || !values.calibrate || !values.images) {
  console.error("node scripts/bench-int8.mjs CHECKPOINT --calibrate DIR --images DIR");
  process.exit(2);
}
const side = Number(values.imgsz);

const pictures = (folder) =>
  Promise.all(
    readdirSync(folder)
      .filter((name) => /\.(jpe?g|png)$/i.test(name))
      .sort()
      .map(async (name) => ({ name, image: await decodeImage(readFileSync(join(folder, name)), name) })),
  );
const inputOf = ({ image }) => toTensor([letterbox(image, { width: side, height: side })]);
const bytesOf = ({ files: [file] }) => Buffer.concat([...file.chunks()]);

const calibration = await pictures(values.calibrate);
const unseen = await pictures(values.images);
const checkpoint = openCheckpoint(bytesSource(path, readFileSync(path)));
const request = { checkpoint, size: [side, side], verify: false };
const single = await compile(request);
const ours = await compile({ ...request, precision: { kind: "int8", pictures: calibration } });

/** The tool's models, one for each of its settings. */
function quantizeStatic() {
  const folder = mkdtempSync(join(tmpdir(), "bench-int8-"));
  try {
    writeFileSync(join(folder, "float.onnx"), bytesOf(single));
    for (const [index, picture] of calibration.entries())
      writeFileSync(join(folder, `${index}.npy`), encodeNpy(inputOf(picture)));
    const script = fileURLToPath(new URL("quantize_static.py", import.meta.url));
    const { status, stderr } = spawnSync(values.python, [script, folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const made = readdirSync(folder).filter((name) => name.startsWith("tool-"));
    return made.map((name) => ({ name: basename(name, ".onnx"), bytes: readFileSync(join(folder, name)) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const files = [
  { name: "float32", bytes: bytesOf(single) },
  { name: "yolo-compile --int8", bytes: bytesOf(ours) },
  ...quantizeStatic(),
];
const models = [];
for (const file of files) {
  const options = { provider: CPU, level: "all", threads: 1, name: file.name };
  models.push({ ...file, session: await openSession(file.bytes, options) });
}

const [layout] = single.graphs.outputs;
const detect = async (session, picture) => {
  const outputs = await session.run(new Map([["images", inputOf(picture)]]));
  return { detections: nonMaxSuppression(outputs.get(layout.output), layout)[0], masks: [] };
};

/** The promise's own counts over all pictures. */
async function judge(session) {
  const counts = { objects: 0, lost: 0, extra: 0, close: 0, matched: 0, scores: 0 };
  for (const picture of unseen) {
    const expected = await detect(models[0].session, picture);
    const comparison = compareDetections(expected, await detect(session, picture), INT8_PROMISE);
    const above = comparison.matched.filter(({ reference }) => expected.detections[reference].score > 0.4);
    counts.objects += expected.detections.filter(({ score }) => score > 0.4).length;
    counts.lost += comparison.missing.length;
    counts.extra += comparison.extra.length;
    counts.matched += above.length;
    counts.close += above.filter(({ iou }) => iou >= INT8_PROMISE.mostly.minIou).length;
    counts.scores = Math.max(counts.scores, comparison.worst.scoreDelta);
  }
  return counts;
}

const { models: times, noiseFloor } = await measureModels(
  files.map(({ name, bytes }) => ({ name, source: bytes })),
  {
    provider: CPU,
    threads: 1,
    rounds: Number(values.rounds),
    seed: 1,
    inputs: new Map([["images", inputOf(unseen[0])]]),
  },
);

console.log(
  `${basename(path)}, ${side}x${side}, one thread, ${calibration.length} pictures to calibrate, ${unseen.length} others, noise ${(noiseFloor * 100).toFixed(1)} %`,
);
for (const [at, { name, bytes, session }] of models.entries()) {
  const { objects, lost, extra, close, scores } = await judge(session);
  const { cpuMs, ratio } = times[at];
  console.log(
    `${name.padEnd(24)} ${cpuMs.median.toFixed(1)} ms, ${ratio.median.toFixed(3)} of float32, ${(bytes.length / 1e6).toFixed(1)} MB; ` +
      `of ${objects} objects above 0.4 ${close} overlap by 0.9, ${lost} are lost, ${extra} new, scores move by ${scores.toFixed(2)}`,
  );
}
for (const { session } of models) await session.release();
