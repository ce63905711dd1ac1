import { expect, test } from "@jest/globals";
import { chooseProvider } from "./choose.js";
import { CPU, type Provider } from "./providers.js";

/** GPUs that are not here: of another system, and one that leaves its work to the CPU. */
const absent: Provider = { ...CPU, name: "absent", gpu: true, platforms: ["amiga/m68k"] };
const lazy: Provider = { ...CPU, name: "lazy", gpu: true, executionProviders: [], childEnvironment: {} };
const among = [absent, lazy, CPU];

test("auto falls back to the CPU with a warning that says why", async () => {
  const { provider, probes, notes } = await chooseProvider("auto", { among });
  expect(provider).toBe(CPU);
  expect(probes.map(({ result }) => result.usable)).toEqual([false, false]);
  expect(notes).toEqual([
    {
      code: "runtime/no-gpu",
      severity: "warning",
      message: "no GPU computes here, cpu does",
      details: [expect.stringContaining("absent: only on amiga/m68k"), expect.stringContaining("lazy: ONNX Runtime")],
    },
  ]);
});

test("auto fails where a GPU is required", async () => {
  const refusal = { diagnostic: { code: "runtime/no-gpu", details: [expect.anything(), expect.anything()] } };
  await expect(chooseProvider("auto", { among, requireGpu: true })).rejects.toMatchObject(refusal);
});

test("the CPU is taken as it is, but is no GPU", async () => {
  expect(await chooseProvider("cpu")).toEqual({ provider: CPU, probes: [], notes: [] });
  await expect(chooseProvider("cpu", { requireGpu: true })).rejects.toThrow("runtime/no-gpu: cpu is the processor");
});

test("an unknown name is an error that lists the known ones", async () => {
  await expect(chooseProvider("vulkan")).rejects.toThrow(/runtime\/provider: .*"vulkan".*cuda.*cpu/);
});

test("a named provider that does not compute is an error with its reason", async () => {
  const elsewhere = process.platform === "darwin" ? "dml" : "coreml";
  await expect(chooseProvider(elsewhere)).rejects.toThrow(
    /runtime\/provider-unusable: \w+ is not usable here: only on/,
  );
});
