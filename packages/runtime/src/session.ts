import type { Tensor } from "@yolo-compile/core";
import type { InferenceSession } from "onnxruntime-node";
import { openInChildProcess } from "./child-session.js";
import { modelRefused, providerUnusable, runFailed, runtimeMissing } from "./diagnostics.js";
import { loadOnnxRuntime, openRawSession, type RawSession, type RawSessionRequest } from "./onnx-runtime.mjs";
import { fromPlain, toPlain, valueInfo } from "./plain-tensor.js";
import { explainFailure, findProblem } from "./provider-problem.js";
import type { Provider } from "./providers.js";
import type { ValueInfo } from "./value-info.js";

/** ONNX Runtime's own graph rewriting. Users deploy models at `all`; `disabled` runs the file as it is written. */
export type OptimizationLevel = "disabled" | "basic" | "extended" | "all";

/** A path, or the bytes of a model. */
export type ModelSource = string | Uint8Array;

/** The place of a model's runs, and ONNX Runtime's rewriting before them. */
export interface SessionOptions {
  readonly provider: Provider;
  readonly level: OptimizationLevel;
  /** Threads within an operator; left out, one per core. */
  readonly threads?: number;
  /** The name of the model in messages; left out, its path. */
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

/** ONNX Runtime's levels. A session in a process of its own logs errors into a pipe, where they tell what a driver lacks. */
const LOG = { errors: 3, fatal: 4 } as const;

/** The options of ONNX Runtime's own session. */
export const sessionSettings = ({ provider, level, threads }: SessionOptions): InferenceSession.SessionOptions => ({
  ...provider.settings,
  executionProviders: provider.executionProviders,
  graphOptimizationLevel: level,
  // What it logs as an error it throws as well, and we say it once.
  logSeverityLevel: provider.childEnvironment ? LOG.errors : LOG.fatal,
  ...(threads !== undefined && { intraOpNumThreads: threads }),
});

/** @throws runtime/missing, runtime/provider-unusable, runtime/load, runtime/type */
export async function openSession(source: ModelSource, options: SessionOptions): Promise<Session> {
  const name = modelName(source, options);
  const raw = await loadModel({ source, settings: sessionSettings(options) }, options.provider, name);
  return sessionOf(raw, options.provider, name);
}

/** The name of a model in messages. */
export const modelName = (source: ModelSource, { name }: SessionOptions): string =>
  name ?? (typeof source === "string" ? source : "the model");

/** @throws runtime/missing, runtime/provider-unusable, runtime/load */
export async function loadModel(request: RawSessionRequest, provider: Provider, name: string): Promise<RawSession> {
  const problem = findProblem(provider);
  if (problem) throw providerUnusable(provider.name, problem);
  const ort = provider.childEnvironment ? undefined : await loadRuntime();
  try {
    return await (ort
      ? openRawSession(ort, request)
      : openInChildProcess(request, { environment: provider.childEnvironment ?? {} }));
  } catch (error) {
    throw modelRefused(
      name,
      provider.name,
      provider.childEnvironment ? explainFailure(provider, error) : { reason: error },
    );
  }
}

/** @throws runtime/type */
export function sessionOf(raw: RawSession, provider: Provider, name: string): Session {
  const outputs = raw.outputs.map((value) => valueInfo(name, value));
  return {
    name,
    inputs: raw.inputs.map((value) => valueInfo(name, value)),
    outputs,
    run: async (inputs) => {
      try {
        return fromPlain(name, await raw.run(toPlain(inputs)), outputs);
      } catch (error) {
        throw runFailed(name, provider.name, error);
      }
    },
    release: () => raw.release(),
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
