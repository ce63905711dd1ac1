import type { DType, Tensor } from "@yolo-compile/core";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { modelRefused, runFailed, runtimeMissing, unsupportedType } from "./diagnostics.js";
import type { Provider } from "./providers.js";

/** ONNX Runtime's own graph rewriting. What users deploy runs at `all`; `disabled` runs the file as it is written. */
export type OptimizationLevel = "disabled" | "basic" | "extended" | "all";

/** A path, or the bytes of a model. */
export type ModelSource = string | Uint8Array;

/** A fixed size, or the name of one that is free. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
}

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

const ORT_TYPES = {
  f32: "float32",
  f16: "float16",
  f64: "float64",
  i8: "int8",
  u8: "uint8",
  i16: "int16",
  u16: "uint16",
  i32: "int32",
  u32: "uint32",
  i64: "int64",
  u64: "uint64",
  bool: "bool",
} as const satisfies Record<Exclude<DType, "bf16">, OrtTensor.Type>;

const DTYPES: ReadonlyMap<string, DType> = new Map(
  // Object.entries forgets the key type that `satisfies` has checked.
  (Object.entries(ORT_TYPES) as [DType, string][]).map(([dtype, type]) => [type, dtype]),
);

/** Only errors: a user of this tool can do nothing about ONNX Runtime's warnings on a graph it did not write. */
const LOG_ERRORS = 3;

async function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw runtimeMissing(error);
  }
}

/** @throws runtime/missing, runtime/load, runtime/type */
export async function openSession(source: ModelSource, options: SessionOptions): Promise<Session> {
  const ort = await loadRuntime();
  const { provider, level, threads } = options;
  const name = options.name ?? (typeof source === "string" ? source : "the model");
  const settings: InferenceSession.SessionOptions = {
    executionProviders: provider.executionProviders,
    graphOptimizationLevel: level,
    logSeverityLevel: LOG_ERRORS,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
  let session: InferenceSession;
  try {
    session = await (typeof source === "string"
      ? ort.InferenceSession.create(source, settings)
      : ort.InferenceSession.create(source, settings));
  } catch (error) {
    throw modelRefused(name, provider.name, error);
  }
  const outputs = session.outputMetadata.map((value) => valueInfo(name, value));
  return {
    name,
    inputs: session.inputMetadata.map((value) => valueInfo(name, value)),
    outputs,
    run: async (inputs) => {
      try {
        return fromOrt(name, await session.run(toOrt(ort, inputs)), outputs);
      } catch (error) {
        throw runFailed(name, provider.name, error);
      }
    },
    release: () => session.release(),
  };
}

function valueInfo(model: string, value: InferenceSession.ValueMetadata): ValueInfo {
  const dtype = value.isTensor ? DTYPES.get(value.type) : undefined;
  if (!value.isTensor || !dtype) throw unsupportedType(model, value.name, value.isTensor ? value.type : "no tensor");
  return { name: value.name, dtype, shape: value.shape };
}

function toOrt(ort: typeof import("onnxruntime-node"), inputs: ReadonlyMap<string, Tensor>): Record<string, OrtTensor> {
  return Object.fromEntries(
    [...inputs].map(([name, { dtype, shape, data }]) => {
      if (dtype === "bf16") throw unsupportedType("the input", name, dtype);
      // The constructor's overloads tie each type name to its array; our Tensor keeps the same tie.
      return [name, new ort.Tensor(ORT_TYPES[dtype], data as never, shape)];
    }),
  );
}

function fromOrt(
  model: string,
  results: InferenceSession.OnnxValueMapType,
  outputs: readonly ValueInfo[],
): ReadonlyMap<string, Tensor> {
  return new Map(
    outputs.map(({ name }) => {
      const value = results[name];
      const dtype = value && DTYPES.get(value.type);
      if (!dtype) throw unsupportedType(model, name, String(value?.type));
      return [name, { dtype, shape: value.dims, data: value.data as Tensor["data"] }]; // not a string tensor
    }),
  );
}
