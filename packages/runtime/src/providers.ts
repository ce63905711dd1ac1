import type { InferenceSession } from "onnxruntime-node";
import { unknownProvider } from "./diagnostics.js";
import { FOLD, GPU_F32, type Tolerance } from "./tolerance.js";

/** A place that computes graphs: the CPU, or a GPU through one of ONNX Runtime's execution providers. */
export interface Provider {
  readonly name: string;
  readonly description: string;
  readonly gpu: boolean;
  /** ONNX Runtime's execution providers, in order of preference. */
  readonly executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  /** Further session options. */
  readonly settings?: InferenceSession.SessionOptions;
  /** The tolerance between a rewritten float32 graph and its plain twin on this hardware. */
  readonly tolerance: Tolerance;
  /** A remark on float32 arithmetic that is not plain IEEE, such as TF32. */
  readonly arithmetic?: string;
  /** The `process.platform/process.arch` for which onnxruntime-node has it; left out, all. */
  readonly platforms?: readonly string[];
  /** Files beside the binding that npm's package does not bring. */
  readonly libraries?: readonly string[];
  /**
   * Environment variables of the process of its own in which the driver runs; left out, it runs in ours. Drivers read
   * variables when they load, and a driver that crashes or hangs must not take our process along.
   */
  readonly childEnvironment?: Readonly<Record<string, string>>;
  /** On Linux it computes through Vulkan, whose driver may be a software one. */
  readonly vulkan?: boolean;
  /** Advice where it does not work. */
  readonly hint: string;
}

/** The binding passes a device's number to CUDA and TensorRT, not `use_tf32`; NVIDIA's libraries read this when they load. */
const NO_TF32 = { NVIDIA_TF32_OVERRIDE: "0" };
const TF32_OFF = "TF32 off (NVIDIA_TF32_OVERRIDE=0)";

const CUDA_HINT = "needs an NVIDIA driver, CUDA, cuDNN and onnxruntime-node's CUDA libraries: docs/gpu.md";

/** COREML_FLAG_CREATE_MLPROGRAM, whose float32 stays float32, and COREML_FLAG_USE_CPU_AND_GPU: the Neural Engine is float16. */
const COREML_FLOAT32 = 0x010 | 0x020;

/** A new provider is one entry. The order is that in which `auto` prefers them. */
const TABLE: readonly Provider[] = [
  {
    name: "cuda",
    description: "NVIDIA GPUs",
    gpu: true,
    executionProviders: ["cuda"],
    tolerance: GPU_F32,
    arithmetic: TF32_OFF,
    platforms: ["linux/x64"],
    libraries: ["libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"],
    childEnvironment: NO_TF32,
    hint: CUDA_HINT,
  },
  {
    name: "tensorrt",
    description: "NVIDIA GPUs, engines built by TensorRT",
    gpu: true,
    executionProviders: ["tensorrt", "cuda"],
    tolerance: GPU_F32,
    arithmetic: TF32_OFF,
    platforms: ["linux/x64"],
    libraries: ["libonnxruntime_providers_tensorrt.so", "libonnxruntime_providers_shared.so"],
    childEnvironment: NO_TF32,
    hint: "needs TensorRT 10, and all that cuda needs: docs/gpu.md",
  },
  {
    name: "dml",
    description: "DirectX 12 GPUs, through DirectML",
    gpu: true,
    executionProviders: ["dml"],
    settings: { enableMemPattern: false, executionMode: "sequential" },
    tolerance: GPU_F32,
    platforms: ["win32/x64", "win32/arm64"],
    childEnvironment: {},
    hint: "needs a GPU with a DirectX 12 driver: docs/gpu.md",
  },
  {
    name: "webgpu",
    description: "GPUs through Vulkan, Metal or Direct3D 12",
    gpu: true,
    executionProviders: ["webgpu"],
    tolerance: GPU_F32,
    platforms: ["linux/x64", "win32/x64", "win32/arm64", "darwin/arm64"],
    childEnvironment: {},
    vulkan: true,
    hint: "on Linux it needs a Vulkan driver, or SwiftShader, a software one: docs/gpu.md",
  },
  {
    name: "coreml",
    description: "Apple GPUs, through Core ML",
    gpu: true,
    executionProviders: [{ name: "coreml", coreMlFlags: COREML_FLOAT32 }],
    tolerance: GPU_F32,
    platforms: ["darwin/arm64"],
    childEnvironment: {},
    hint: "needs macOS 12 or later: docs/gpu.md",
  },
  {
    name: "cpu",
    description: "the processor",
    gpu: false,
    executionProviders: ["cpu"],
    tolerance: FOLD,
    hint: "install the dependencies again",
  },
];

/** Every provider by its name, best first. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(TABLE.map((provider) => [provider.name, provider]));

/** The provider on which references run, and with which every other is compared. */
export const CPU: Provider = PROVIDERS.get("cpu")!;

/** @throws runtime/provider */
export function findProvider(name: string): Provider {
  const provider = PROVIDERS.get(name);
  if (!provider) throw unknownProvider(name, [...PROVIDERS.keys()]);
  return provider;
}
