import type { InferenceSession } from "onnxruntime-node";
import { unknownProvider } from "./diagnostics.js";
import { FOLD, GPU_F32, type Tolerance } from "./tolerance.js";

/** Where a graph is computed. */
export interface Provider {
  readonly name: string;
  readonly description: string;
  readonly gpu: boolean;
  /** What ONNX Runtime gets, in order of preference. */
  readonly executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  /** Further session options. */
  readonly settings?: InferenceSession.SessionOptions;
  /** How far a rewritten float32 graph may be from its plain twin on this hardware. */
  readonly tolerance: Tolerance;
  /** What float32 means there, where it is not the plain thing. */
  readonly arithmetic?: string;
  /** `process.platform/process.arch` that onnxruntime-node has it for; left out, all. */
  readonly platforms?: readonly string[];
  /** Files beside the binding that npm's package does not bring. */
  readonly libraries?: readonly string[];
  /**
   * Set where the driver gets a process of its own: the variables that it starts with. Drivers read them when they load,
   * and a driver that crashes or hangs must not take us along.
   */
  readonly childEnvironment?: Readonly<Record<string, string>>;
  /** On Linux it computes through Vulkan, whose driver may be a software one. */
  readonly vulkan?: boolean;
  /** What to do where it does not work. */
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

/** Where graphs as they are written run, and what every other provider is compared with. */
export const CPU: Provider = PROVIDERS.get("cpu")!;

/** @throws runtime/provider */
export function findProvider(name: string): Provider {
  const provider = PROVIDERS.get(name);
  if (!provider) throw unknownProvider(name, [...PROVIDERS.keys()]);
  return provider;
}
