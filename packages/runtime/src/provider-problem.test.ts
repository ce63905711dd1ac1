import { expect, test } from "@jest/globals";
import { explainFailure } from "./provider-problem.js";
import { findProvider } from "./providers.js";

const cuda = findProvider("cuda");
const webgpu = findProvider("webgpu");

const failed = (message: string, cause = ""): Error => new Error(message, { cause });

const NO_CUBLAS =
  "[E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] [ONNXRuntimeError] : 1 : FAIL : Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory\n";
const NO_LOADER =
  "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n    at operator() (BackendVk.cpp:368)\n";
const NO_DRIVER =
  "Warning: vkCreateInstance: Found no drivers!\nWarning: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER\n";
const NO_ADAPTER = "webgpu_context.cc:136 Failed to get a WebGPU adapter: No supported adapters\n";
const NO_DEVICE = "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=box ; file=x.cc ; line=69";

test.each([
  ["a library that CUDA needs", cuda, "Failed to load shared library", NO_CUBLAS, "libcublasLt.so.12 is not found"],
  ["no card", cuda, NO_DEVICE, "", "CUDA failure 100: no CUDA-capable device is detected"],
  ["no Vulkan", webgpu, NO_ADAPTER, NO_LOADER, "no Vulkan loader: libvulkan.so.1 is not found"],
  ["no driver", webgpu, NO_ADAPTER, NO_DRIVER, "no Vulkan driver found"],
  ["no adapter", webgpu, NO_ADAPTER, "", "WebGPU finds no GPU"],
])("%s", (_, provider, message, stderr, reason) => {
  const found = explainFailure(provider, failed(message, stderr));
  expect(found.reason).toBe(reason);
  expect(found.hint).toMatch(/docs\/gpu\.md/);
});

test("what is not known is said as it was, its end at least", () => {
  expect(explainFailure(cuda, failed("it broke", "first\n  last words\n")).reason).toBe("it broke: last words");
  expect(explainFailure(cuda, failed(`${"x".repeat(500)} the end`)).reason).toMatch(/^…x+ the end$/);
  expect(explainFailure(cuda, "a string").reason).toBe("a string");
});
