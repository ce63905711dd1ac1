// One ONNX Runtime session in a process of its own, driven by messages; see apart.ts.
import { openEngine } from "./engine.mjs";

/** @type {import("./engine.mjs").Engine | undefined} */
let engine;

/** @returns {import("./engine.mjs").Engine} */
function opened() {
  if (!engine) throw new Error("no model is open");
  return engine;
}

/** @type {{ readonly [Kind in import("./apart.js").Request["kind"]]: (request: any) => Promise<unknown> }} */
const ANSWERS = {
  open: async (request) => {
    engine = await openEngine(await import("onnxruntime-node"), request);
    return { inputs: engine.inputs, outputs: engine.outputs };
  },
  run: ({ feeds }) => opened().run(feeds),
  endProfiling: () => opened().endProfiling(),
  release: () => opened().release(),
};

/** @param {unknown} reply */
const send = (reply) => process.send?.(reply);

process.on("message", async (/** @type {import("./apart.js").Request} */ request) => {
  try {
    send({ id: request.id, value: await ANSWERS[request.kind](request) });
  } catch (error) {
    send({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
});
