import { isCompileError } from "@yolo-compile/core";
import { openInChildProcess } from "./child-session.js";
import type { ProviderProblem } from "./diagnostics.js";
import { openRawSession, type RawSession } from "./onnx-runtime.mjs";
import { toPlain } from "./plain-tensor.js";
import { probeAnswer, probeInput, probeModel } from "./probe-model.js";
import { explainFailure, findProblem } from "./provider-problem.js";
import type { Provider } from "./providers.js";
import { loadRuntime, sessionSettings } from "./session.js";
import { softwareVulkan } from "./vulkan.js";

/** Whether a provider computes here. */
export type ProbeResult =
  | {
      readonly usable: true;
      readonly elapsedMs: number;
      /** Whether it computes on the processor, whatever its name. */
      readonly software: boolean;
      readonly note?: string;
    }
  | ({ readonly usable: false } & ProviderProblem);

/** Limits of a probe. */
export interface ProbeOptions {
  /**
   * The most time for each answer, 60 s by default: a driver's first start may compile for a while. Applies only to
   * providers in a process of their own.
   */
  readonly timeLimitMs?: number;
}

const TIME_LIMIT_MS = 60_000;

/**
 * Computes a small convolution on a provider and compares every number with the right one. A provider that leaves the work
 * to the CPU, crashes, hangs or computes wrongly is not usable. Nothing is thrown.
 */
export async function probeProvider(provider: Provider, options: ProbeOptions = {}): Promise<ProbeResult> {
  const start = performance.now();
  try {
    const problem = findProblem(provider) ?? wrongAnswer(await convolve(provider, options));
    if (problem) return { usable: false, ...problem };
  } catch (error) {
    return {
      usable: false,
      ...explainFailure(provider, isCompileError(error) ? { message: error.diagnostic.message } : error),
    };
  }
  const elapsedMs = Math.round(performance.now() - start);
  const drivers = provider.vulkan && process.platform === "linux" ? softwareVulkan(process.env) : undefined;
  const note = drivers ? `a software driver, not a GPU: ${drivers.join(", ")}` : provider.arithmetic;
  return { usable: true, elapsedMs, software: !provider.gpu || drivers !== undefined, ...(note && { note }) };
}

/** One provider alone, so that no other helps it out. */
async function convolve(provider: Provider, { timeLimitMs = TIME_LIMIT_MS }: ProbeOptions): Promise<ArrayLike<number>> {
  const settings = {
    ...sessionSettings({ provider, level: "all" }),
    executionProviders: provider.executionProviders.slice(0, 1),
    ...(provider.gpu && { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
  };
  const request = { source: probeModel(), settings };
  const raw: RawSession = provider.childEnvironment
    ? await openInChildProcess(request, { environment: provider.childEnvironment, timeLimitMs })
    : await openRawSession(await loadRuntime(), request);
  try {
    const { y } = await raw.run(toPlain(new Map([["x", probeInput]])));
    return y!.data as Float32Array; // the model's only output, f32
  } finally {
    await raw.release().catch(() => {});
  }
}

/** The problem of an answer that is not exact; integers leave no room for rounding. */
export function wrongAnswer(found: ArrayLike<number>): ProviderProblem | undefined {
  const expected = probeAnswer();
  const at = expected.findIndex((value, index) => found[index] !== value);
  if (at === -1) return undefined;
  return {
    reason: `it computes wrongly: number ${at} of a small convolution is ${found[at]}, expected ${expected[at]}`,
    hint: "update the driver",
  };
}
