// One ONNX Runtime session in a process of its own, driven by messages; see child-session.ts.
import { loadOnnxRuntime, openRawSession } from "./onnx-runtime.mjs";

/** @type {import("./onnx-runtime.mjs").RawSession | undefined} */
let session;

/** @returns {import("./onnx-runtime.mjs").RawSession} */
function opened() {
  if (!session) throw new Error("no model is open");
  return session;
}

/** @typedef {import("./child-session.js").Request} Request */

/** @type {{ readonly [Kind in Request["kind"]]: (request: Extract<Request, { kind: Kind }>) => Promise<unknown> }} */
const ANSWERS = {
  open: async (request) => {
    session = await openRawSession(await loadOnnxRuntime(), request);
    return { inputs: session.inputs, outputs: session.outputs };
  },
  run: ({ feeds }) => opened().run(feeds),
  endProfiling: () => opened().endProfiling(),
  release: () => opened().release(),
};

/** @param {unknown} reply */
const send = (reply) => process.send?.(reply);

process.on("message", async (/** @type {Request} */ request) => {
  // The kind picks the function that takes requests of that kind.
  const answer = /** @type {(request: Request) => Promise<unknown>} */ (ANSWERS[request.kind]);
  try {
    send({ id: request.id, value: await answer(request) });
  } catch (error) {
    send({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
});
