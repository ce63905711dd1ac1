// One ONNX Runtime session in a process of its own, driven by messages; see apart.ts.
import { loadOnnxRuntime, openEngine } from "./engine.mjs";

/** @type {import("./engine.mjs").Engine | undefined} */
let engine;

/** @returns {import("./engine.mjs").Engine} */
function opened() {
  if (!engine) throw new Error("no model is open");
  return engine;
}

/** @typedef {import("./apart.js").Request} Request */

/** @type {{ readonly [Kind in Request["kind"]]: (request: Extract<Request, { kind: Kind }>) => Promise<unknown> }} */
const ANSWERS = {
  open: async (request) => {
    engine = await openEngine(await loadOnnxRuntime(), request);
    return { inputs: engine.inputs, outputs: engine.outputs };
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
