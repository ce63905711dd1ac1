import { CompileError, type Diagnostic, formatType, type TensorType } from "@yolo-compile/core";
import type { Dimension } from "./value-info.js";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

/** No provider has the name that is asked for. */
export const unknownProvider = (name: string, known: readonly string[]): CompileError =>
  new CompileError({
    code: "runtime/provider",
    message: `there is no provider ${JSON.stringify(name)}`,
    hint: `known are ${known.join(", ")}`,
  });

/** The package onnxruntime-node is not there or does not load. */
export const runtimeMissing = (error: unknown): CompileError =>
  new CompileError({
    code: "runtime/missing",
    message: `onnxruntime-node cannot be loaded: ${messageOf(error)}`,
    hint: "install the dependencies again, or leave the numbers unchecked with --no-verify",
  });

/** The reason for which a provider does not work here, and advice. */
export interface ProviderProblem {
  readonly reason: string;
  readonly hint?: string;
}

/** The provider asked for does not work on this machine. */
export const providerUnusable = (provider: string, { reason, hint }: ProviderProblem): CompileError =>
  new CompileError({
    code: "runtime/provider-unusable",
    message: `${provider} is not usable here: ${reason}`,
    ...(hint !== undefined && { hint }),
  });

/** A GPU is required, and the provider asked for computes on the processor. */
export const notAGpu = (provider: string, what: string): CompileError =>
  new CompileError({
    code: "runtime/no-gpu",
    blame: "verdict",
    message: `${provider} is ${what}, and a GPU is required`,
    hint: "--provider auto takes the best GPU",
  });

const NO_GPU = "no GPU computes here";

/** A GPU is required, and `auto` finds none; `reasons` has a line for each provider that was tried. */
export const noGpu = (reasons: readonly string[]): CompileError =>
  new CompileError({
    code: "runtime/no-gpu",
    blame: "verdict",
    message: `${NO_GPU}, and one is required`,
    details: reasons,
  });

/** A warning: `auto` finds no GPU and takes the provider `instead`. */
export const noGpuWarning = (instead: string, reasons: readonly string[]): Diagnostic => ({
  code: "runtime/no-gpu",
  severity: "warning",
  message: `${NO_GPU}, ${instead} does`,
  details: reasons,
});

/** A note: the provider asked for computes on the processor. */
export const softwareDriver = (provider: string, what: string): Diagnostic => ({
  code: "runtime/provider",
  severity: "note",
  message: `${provider} runs on ${what}`,
});

/** A note: the provider that `auto` takes, and why it does not take those before it. */
export const autoChose = (provider: string, reasons: readonly string[]): Diagnostic => ({
  code: "runtime/provider",
  severity: "note",
  message: `auto takes ${provider}${reasons.length > 0 ? ", not" : ""}`,
  ...(reasons.length > 0 && { details: reasons }),
});

interface Refusal {
  readonly reason: unknown;
  readonly hint?: string;
}

/** A model does not load, or crashes its process as it loads. */
export const modelRefused = (name: string, provider: string, { reason, hint }: Refusal): CompileError =>
  new CompileError({
    code: "runtime/load",
    message: `ONNX Runtime (${provider}) does not load ${name}: ${messageOf(reason)}`,
    ...(hint !== undefined && { hint }),
  });

/** A model's tensors lie in a file that must not be opened. */
export const externalDataRefused = (name: string, location: string, problem: string): CompileError =>
  new CompileError({
    code: "runtime/external-data",
    message: `${name} has tensors in ${JSON.stringify(location)}, which ${problem}`,
    hint: "data are taken from regular files beside the model alone, never through links",
  });

/** A model is given as bytes, which have no folder, and its tensors lie in other files. */
export const externalDataWithoutPath = (name: string, location: string): CompileError =>
  new CompileError({
    code: "runtime/external-data",
    message: `${name} is given as bytes and has tensors in ${JSON.stringify(location)}`,
    hint: "give its path, beside which the data lie",
  });

/** A loaded model fails to run. */
export const runFailed = (name: string, provider: string, error: unknown): CompileError =>
  new CompileError({
    code: "runtime/run",
    message: `ONNX Runtime (${provider}) fails in ${name}: ${messageOf(error)}`,
  });

/** An input or output is no tensor, or of an element type that sessions do not pass, such as text or bf16. */
export const unsupportedType = (name: string, value: string, type: string): CompileError =>
  new CompileError({
    code: "runtime/type",
    message: `${value} of ${name} is ${type}, which is no tensor of numbers`,
  });

/** An input without a fixed shape is to be filled with noise. */
export const dynamicInput = (name: string, value: string, shape: readonly Dimension[]): CompileError =>
  new CompileError({
    code: "runtime/dynamic",
    message: `input ${value} of ${name} has the shape [${shape.join(",")}]: a size is needed for ${shape.filter((side) => typeof side === "string").join(", ")}`,
  });

/** The candidate has more or fewer inputs than the reference. */
export const inputsDiffer = (reference: readonly string[], candidate: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/inputs",
    blame: "verdict",
    message: `the models take different inputs: ${reference.join(", ") || "none"} and ${candidate.join(", ") || "none"}`,
  });

/** The candidate has more or fewer outputs than the reference. */
export const outputsDiffer = (reference: readonly string[], candidate: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/outputs",
    blame: "verdict",
    message: `the models have different outputs: ${reference.join(", ")} and ${candidate.join(", ")}`,
  });

/** An output has another shape than the reference's. */
export const shapesDiffer = (output: string, reference: TensorType, candidate: TensorType): CompileError =>
  new CompileError({
    code: "verify/shape",
    blame: "verdict",
    message: `output ${output} is ${formatType(candidate)}, the reference gives ${formatType(reference)}`,
  });

/** There is no input to run, or a model gives nothing on one, so that any model would pass. */
export const nothingToCompare = (inputs: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/nothing",
    message:
      inputs.length === 0
        ? "there is no input to compare models on"
        : `there are no outputs to compare on ${inputs.join(", ")}`,
    hint: "a model is judged by its outputs, on one input at least",
  });
