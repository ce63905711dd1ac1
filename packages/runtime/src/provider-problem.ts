import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ProviderProblem } from "./diagnostics.js";
import type { Provider } from "./providers.js";

/** The first missing requirement that shows without loading anything; undefined where there is none. */
export function findProblem({ platforms, libraries = [], hint }: Provider): ProviderProblem | undefined {
  const here = `${process.platform}/${process.arch}`;
  if (platforms && !platforms.includes(here)) return { reason: `only on ${platforms.join(", ")}, not on ${here}` };
  if (libraries.length === 0) return undefined;
  const folder = bindingFolder();
  const missing = libraries.find((library) => !existsSync(join(folder, library)));
  return missing === undefined
    ? undefined
    : { reason: `${missing} is not there: onnxruntime-node's install script has not fetched it`, hint };
}

/** The folder of onnxruntime-node's binding, in which it looks for libraries that it loads on demand. */
const bindingFolder = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve("onnxruntime-node")),
    "../bin/napi-v6",
    process.platform,
    process.arch,
  );

interface Symptom {
  readonly pattern: RegExp;
  readonly reason: (...groups: string[]) => string;
  readonly hint?: string;
}

/** Messages of ONNX Runtime and the drivers, most specific first. */
const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /Couldn't load Vulkan: (\S+): cannot open shared object/,
    reason: (library) => `no Vulkan loader: ${library} is not found`,
    hint: "install libvulkan1 and a Vulkan driver: docs/gpu.md",
  },
  {
    pattern: /Found no drivers|VK_ERROR_INCOMPATIBLE_DRIVER/,
    reason: () => "no Vulkan driver found",
    hint: "install the GPU's Vulkan driver, or name a software one in VK_ICD_FILENAMES: docs/gpu.md",
  },
  { pattern: /No supported adapters/, reason: () => "WebGPU finds no GPU" },
  { pattern: /error: (\S+): cannot open shared object/, reason: (library) => `${library} is not found` },
  { pattern: /assigned to the default CPU EP/, reason: () => "ONNX Runtime gives its work to the CPU" },
  { pattern: /(CUDA failure \d+: [^;]+?)\s*;/, reason: (failure) => failure },
];

/** The longest stretch of a foreign message that still reads as a reason. */
const LONGEST = 200;

/** The cause of a failure, from ONNX Runtime's error and what its process wrote to stderr. */
export function explainFailure({ hint }: Pick<Provider, "hint">, error: unknown): Required<ProviderProblem> {
  const message = textOf(error, "message") ?? String(error);
  const stderr = textOf(error, "cause")?.trim() ?? "";
  for (const { pattern, reason, hint: own = hint } of SYMPTOMS) {
    const found = pattern.exec(`${stderr}\n${message}`);
    if (found) return { reason: reason(...found.slice(1)), hint: own };
  }
  const last = stderr.split("\n").at(-1);
  return { reason: [shorten(message), last && shorten(last)].filter(Boolean).join(": "), hint };
}

/** Errors of the native binding are of another realm: their fields count, not their class. */
function textOf(error: unknown, field: string): string | undefined {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, field) : undefined;
  return typeof value === "string" ? value : undefined;
}

const shorten = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > LONGEST ? `…${line.slice(-LONGEST)}` : line;
};
