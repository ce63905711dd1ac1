import type { Tensor } from "@yolo-compile/core";
import type { InferenceSession } from "onnxruntime-node";
import { openApart } from "./apart.js";
import { modelRefused, providerUnusable, runFailed, runtimeMissing } from "./diagnostics.js";
import { type Engine, type EngineRequest, loadOnnxRuntime, openEngine } from "./engine.mjs";
import { fromPlain, toPlain, valueInfo } from "./plain-tensor.js";
import type { Provider } from "./providers.js";
import type { ValueInfo } from "./value-info.js";
import { explainFailure, findObstacle } from "./why-not.js";

/** ONNX Runtime's own graph rewriting. What users deploy runs at `all`; `disabled` runs the file as it is written. */
export type OptimizationLevel = "disabled" | "basic" | "extended" | "all";

/** A path, or the bytes of a model. */
export type ModelSource = string | Uint8Array;

/** Where a model runs, and how much ONNX Runtime rewrites it before. */
export interface SessionOptions {
  readonly provider: Provider;
  readonly level: OptimizationLevel;
  /** Threads within an operator; left out, one per core. */
  readonly threads?: number;
  /** How messages name the model; left out, its path. */
  readonly name?: string;
}

/** A loaded model. */
export interface Session {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** @throws runtime/run */
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  /** Frees the model; nothing runs afterwards. */
  release(): Promise<void>;
}

/** Only errors: a user of this tool can do nothing about ONNX Runtime's warnings on a graph it did not write. */
const LOG_ERRORS = 3;

/** What ONNX Runtime is told to open a session. */
export const sessionSettings = ({ provider, level, threads }: SessionOptions): InferenceSession.SessionOptions => ({
  ...provider.settings,
  executionProviders: provider.executionProviders,
  graphOptimizationLevel: level,
  logSeverityLevel: LOG_ERRORS,
  ...(threads !== undefined && { intraOpNumThreads: threads }),
});

/** @throws runtime/missing, runtime/provider-unusable, runtime/load, runtime/type */
export async function openSession(source: ModelSource, options: SessionOptions): Promise<Session> {
  const name = modelName(source, options);
  const engine = await loadModel({ source, settings: sessionSettings(options) }, options.provider, name);
  return sessionOf(engine, options.provider, name);
}

/** How messages name a model. */
export const modelName = (source: ModelSource, { name }: SessionOptions): string =>
  name ?? (typeof source === "string" ? source : "the model");

/** @throws runtime/missing, runtime/provider-unusable, runtime/load */
export async function loadModel(request: EngineRequest, provider: Provider, name: string): Promise<Engine> {
  const obstacle = findObstacle(provider);
  if (obstacle) throw providerUnusable(provider.name, obstacle);
  const ort = provider.apart ? undefined : await loadRuntime();
  try {
    return await (ort ? openEngine(ort, request) : openApart(request, { environment: provider.apart ?? {} }));
  } catch (error) {
    throw modelRefused(name, provider.name, provider.apart ? explainFailure(provider, error) : { reason: error });
  }
}

/** @throws runtime/type */
export function sessionOf(engine: Engine, provider: Provider, name: string): Session {
  const outputs = engine.outputs.map((value) => valueInfo(name, value));
  return {
    name,
    inputs: engine.inputs.map((value) => valueInfo(name, value)),
    outputs,
    run: async (inputs) => {
      try {
        return fromPlain(name, await engine.run(toPlain(inputs)), outputs);
      } catch (error) {
        throw runFailed(name, provider.name, error);
      }
    },
    release: () => engine.release(),
  };
}

/** @throws runtime/missing */
export async function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await loadOnnxRuntime();
  } catch (error) {
    throw runtimeMissing(error);
  }
}

/** ONNX Runtime's version. @throws runtime/missing */
export async function runtimeVersion(): Promise<string> {
  const { env } = await loadRuntime();
  return env.versions.node ?? env.versions.common;
}
