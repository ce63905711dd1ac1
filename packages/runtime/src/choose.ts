import type { Diagnostic } from "@yolo-compile/core";
import { autoChose, noGpu, noGpuWarning, notAGpu, providerUnusable, softwareDriver } from "./diagnostics.js";
import { type ProbeResult, probeProvider } from "./probe.js";
import { CPU, findProvider, PROVIDERS, type Provider } from "./providers.js";

/** Restrictions on the provider. */
export interface ChooseOptions {
  /** Refuses the CPU, and a driver that computes on it. */
  readonly requireGpu?: boolean;
  /** The candidates of `auto`, best first; left out, every provider. */
  readonly among?: Iterable<Provider>;
}

/** A provider and whether it computes here. */
export interface Probed {
  readonly provider: Provider;
  readonly result: ProbeResult;
}

/** The chosen provider, and the search that led to it. */
export interface Choice {
  readonly provider: Provider;
  /** The probes in the order in which they were made. */
  readonly probes: readonly Probed[];
  /** Notes for the user: the provider that `auto` takes, and the reasons against the others. */
  readonly notes: readonly Diagnostic[];
}

/**
 * The provider of that name, if it computes here; for `auto` the best GPU that does, or else the CPU with a warning.
 * @throws runtime/provider, runtime/provider-unusable, runtime/no-gpu
 */
export async function chooseProvider(name: string, options: ChooseOptions = {}): Promise<Choice> {
  return name === "auto" ? chooseBest(options) : chooseNamed(findProvider(name), options);
}

async function chooseNamed(provider: Provider, { requireGpu = false }: ChooseOptions): Promise<Choice> {
  if (provider === CPU) {
    if (requireGpu) throw notAGpu(CPU.name, CPU.description);
    return { provider, probes: [], notes: [] };
  }
  const result = await probeProvider(provider);
  if (!result.usable) throw providerUnusable(provider.name, result);
  if (requireGpu && result.software) throw notAGpu(provider.name, result.note ?? provider.description);
  const notes = result.software ? [softwareDriver(provider.name, result.note ?? provider.description)] : [];
  return { provider, probes: [{ provider, result }], notes };
}

async function chooseBest({ requireGpu = false, among = PROVIDERS.values() }: ChooseOptions): Promise<Choice> {
  const probes: Probed[] = [];
  for (const provider of among) {
    if (!provider.gpu) continue;
    const result = await probeProvider(provider);
    const reasons = probes.map(reasonAgainst);
    probes.push({ provider, result });
    if (result.usable && !result.software) return { provider, probes, notes: [autoChose(provider.name, reasons)] };
  }
  const reasons = probes.map(reasonAgainst);
  if (requireGpu) throw noGpu(reasons);
  return { provider: CPU, probes, notes: [noGpuWarning(CPU.name, reasons)] };
}

/** `cuda: only on linux/x64, not on darwin/arm64` */
const reasonAgainst = ({ provider, result }: Probed): string => {
  const hint = !result.usable && result.hint ? ` - ${result.hint}` : "";
  return `${provider.name}: ${result.usable ? result.note : result.reason}${hint}`;
};
