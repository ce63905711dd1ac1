import { CompileError, formatType, type TensorType } from "@yolo-compile/core";
import type { Dimension } from "./session.js";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

export const unknownProvider = (name: string, known: readonly string[]): CompileError =>
  new CompileError({
    code: "runtime/provider",
    message: `there is no provider ${JSON.stringify(name)}`,
    hint: `known are ${known.join(", ")}`,
  });

export const runtimeMissing = (error: unknown): CompileError =>
  new CompileError({
    code: "runtime/missing",
    message: `onnxruntime-node cannot be loaded: ${messageOf(error)}`,
    hint: "install the dependencies again, or leave the numbers unchecked with --no-verify",
  });

export const modelRefused = (name: string, provider: string, error: unknown): CompileError =>
  new CompileError({
    code: "runtime/load",
    message: `ONNX Runtime (${provider}) does not load ${name}: ${messageOf(error)}`,
  });

export const runFailed = (name: string, provider: string, error: unknown): CompileError =>
  new CompileError({
    code: "runtime/run",
    message: `ONNX Runtime (${provider}) fails in ${name}: ${messageOf(error)}`,
  });

export const unsupportedType = (name: string, value: string, type: string): CompileError =>
  new CompileError({
    code: "runtime/type",
    message: `${value} of ${name} is ${type}, which is no tensor of numbers`,
  });

export const dynamicInput = (name: string, value: string, shape: readonly Dimension[]): CompileError =>
  new CompileError({
    code: "runtime/dynamic",
    message: `input ${value} of ${name} has the shape [${shape.join(",")}]: a size is needed for ${shape.filter((side) => typeof side === "string").join(", ")}`,
  });

export const outputsDiffer = (reference: readonly string[], candidate: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/outputs",
    message: `the models have different outputs: ${reference.join(", ")} and ${candidate.join(", ")}`,
  });

export const shapesDiffer = (output: string, reference: TensorType, candidate: TensorType): CompileError =>
  new CompileError({
    code: "verify/shape",
    message: `output ${output} is ${formatType(candidate)}, the reference gives ${formatType(reference)}`,
  });
