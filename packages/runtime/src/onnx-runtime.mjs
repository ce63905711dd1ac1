// JavaScript, because a child process runs this file as it is, from src as well as from dist.
import { isMainThread } from "node:worker_threads";

/**
 * Loads ONNX Runtime with its telemetry off: unless this variable is set before, it queues events with names of classes and
 * files under the user's cache and looks up its vendor's host.
 * @returns {Promise<typeof import("onnxruntime-node")>}
 */
export async function loadOnnxRuntime() {
  // A worker has a copy of the variables, which native code does not see.
  if (!isMainThread && process.env.ORT_DISABLE_TELEMETRY !== "1")
    throw new Error("a worker cannot switch its telemetry off: set ORT_DISABLE_TELEMETRY=1 before it starts");
  process.env.ORT_DISABLE_TELEMETRY = "1";
  return import("onnxruntime-node");
}

/**
 * A tensor as it crosses processes.
 * @typedef {{ readonly type: string, readonly data: unknown, readonly dims: readonly number[] }} PlainTensor
 */

/**
 * An ONNX Runtime session with plain data on both sides.
 * @typedef {object} RawSession
 * @property {readonly import("onnxruntime-node").InferenceSession.ValueMetadata[]} inputs
 * @property {readonly import("onnxruntime-node").InferenceSession.ValueMetadata[]} outputs
 * @property {(feeds: Readonly<Record<string, PlainTensor>>) => Promise<Record<string, PlainTensor>>} run
 * @property {() => Promise<void>} endProfiling writes the profile's file
 * @property {() => Promise<void>} release
 */

/**
 * The arguments of a session.
 * @typedef {object} RawSessionRequest
 * @property {string | Uint8Array} source
 * @property {import("onnxruntime-node").InferenceSession.SessionOptions} settings
 */

/**
 * For a model that is bytes: ONNX Runtime would take tensors that lie in other files from the working directory. Below a
 * program there is no file.
 * @param {RawSessionRequest["settings"]} settings
 * @returns {RawSessionRequest["settings"]}
 */
function selfContained({ extra, ...settings }) {
  const own = /** @type {object | undefined} */ (extra?.session); // we made it
  const session = { ...own, model_external_initializers_file_folder_path: process.execPath };
  return { ...settings, extra: { ...extra, session } };
}

/**
 * Loads a model in this process.
 * @param {typeof import("onnxruntime-node")} ort
 * @param {RawSessionRequest} request
 * @returns {Promise<RawSession>}
 */
export async function openRawSession(ort, { source, settings }) {
  const session = await (typeof source === "string"
    ? ort.InferenceSession.create(source, settings)
    : ort.InferenceSession.create(source, selfContained(settings)));
  return {
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        // The constructor's overloads tie each type name to its array; whoever made the plain tensor kept that tie.
        new ort.Tensor(/** @type {"float32"} */ (type), /** @type {Float32Array} */ (data), dims),
      ]);
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(results).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
      );
    },
    endProfiling: async () => session.endProfiling(),
    release: () => session.release(),
  };
}
