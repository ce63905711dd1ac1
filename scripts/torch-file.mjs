// Checkpoints of any size as torch saves them.
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { bundleTesting } from "./bundle-testing.mjs";

/** Rewrites the weights of a safetensors file as a state_dict of torch, in float32 or float16; `twice` has every weight twice. */
export async function writeTorchFile(from, to, { half = false, twice = false }) {
  const { largeTorchFile } = await import(
    pathToFileURL(await bundleTesting("packages/weights/src/testing/large-torch-file.ts"))
  );
  const { castTensor, elementCount, tensorBytes } = await import("../packages/core/dist/index.js");
  const { openCheckpoint } = await import("../packages/weights/dist/index.js");
  const { openFile } = await import("../packages/cli/dist/files.js");
  const dtype = half ? "f16" : "f32";
  const stored = [...openCheckpoint(openFile(from)).tensors].filter(([name]) => name.startsWith("model."));
  const weights = stored.map(([name, weight]) => ({
    name,
    storage: half ? "HalfStorage" : "FloatStorage",
    shape: weight.shape,
    sizeBytes: elementCount(weight.shape) * (half ? 2 : 4),
    pieces: () => [tensorBytes(castTensor(weight.read(), dtype))],
  }));
  const all = twice ? [...weights, ...weights.map((weight) => ({ ...weight, name: `again.${weight.name}` }))] : weights;
  const handle = openSync(to, "w");
  for (const chunk of largeTorchFile(all).chunks()) writeSync(handle, chunk);
  closeSync(handle);
}
