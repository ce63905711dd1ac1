import type { InferenceSession } from "onnxruntime-node";
import { unknownProvider } from "./diagnostics.js";
import { FOLD, type Tolerance } from "./tolerance.js";

/** Where a graph is computed. */
export interface Provider {
  readonly name: string;
  /** What ONNX Runtime gets, in order of preference. */
  readonly executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  /** How far a rewritten float32 graph may be from its plain twin on this hardware. */
  readonly tolerance: Tolerance;
}

/** Every provider. A new one is one line. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [{ name: "cpu", executionProviders: ["cpu"], tolerance: FOLD }].map((provider) => [provider.name, provider]),
);

/** @throws runtime/provider */
export function findProvider(name: string): Provider {
  const provider = PROVIDERS.get(name);
  if (!provider) throw unknownProvider(name, [...PROVIDERS.keys()]);
  return provider;
}
