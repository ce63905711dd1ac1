import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { probeProvider, wrongAnswer } from "./probe.js";
import { probeAnswer } from "./probe-model.js";
import { CPU, findProvider, PROVIDERS, type Provider } from "./providers.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "probe-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The CPU in a process of its own that runs this code first, as a driver might. */
function driver(name: string, code: string): Provider {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, code);
  return { ...CPU, name, childEnvironment: { NODE_OPTIONS: `--require ${file}` } };
}

const here = `${process.platform}/${process.arch}`;

test("the CPU computes, in this process and in one of its own", async () => {
  expect(await probeProvider(CPU)).toEqual({ usable: true, elapsedMs: expect.any(Number), software: true });
  expect(await probeProvider(driver("calm", ""))).toMatchObject({ usable: true });
});

test("work that is left to the CPU does not count", async () => {
  const lazy: Provider = { ...CPU, gpu: true, executionProviders: [], childEnvironment: {} };
  expect(await probeProvider(lazy)).toMatchObject({ usable: false, reason: "ONNX Runtime gives its work to the CPU" });
});

test("a driver that crashes takes nobody along", async () => {
  const crash = driver("crash", 'process.stderr.write("bad shader\\n"); process.kill(process.pid, "SIGSEGV");');
  const result = await probeProvider(crash);
  expect(result).toMatchObject({ usable: false, reason: expect.stringContaining("bad shader") });
  if (process.platform !== "win32") expect(result).toMatchObject({ reason: expect.stringContaining("SIGSEGV") });
});

test("a driver that hangs is given up", async () => {
  const hang = driver("hang", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);");
  const result = await probeProvider(hang, { timeLimitMs: 300 });
  expect(result).toMatchObject({ usable: false, reason: expect.stringContaining("no answer within 0.3 s") });
});

test("a wrong number is found and named", () => {
  const answer = probeAnswer();
  expect(wrongAnswer(answer)).toBeUndefined();
  const changed = answer.slice();
  changed[77]! += 1;
  expect(wrongAnswer(changed)?.reason).toContain(`number 77 of a small convolution is ${answer[77]! + 1}`);
  expect(wrongAnswer(answer.subarray(0, 255))?.reason).toContain("number 255");
});

test("a provider of another system says where it is", async () => {
  const elsewhere: Provider = { ...CPU, platforms: ["amiga/m68k"] };
  expect(await probeProvider(elsewhere)).toEqual({ usable: false, reason: `only on amiga/m68k, not on ${here}` });
});

test("a library that npm's package does not bring is named", async () => {
  const result = await probeProvider({ ...CPU, libraries: ["libnone.so"], hint: "fetch it" });
  expect(result).toEqual({
    usable: false,
    reason: "libnone.so is not there: onnxruntime-node's install script has not fetched it",
    hint: "fetch it",
  });
});

test("cuda tells the truth about this machine", async () => {
  const result = await probeProvider(findProvider("cuda"));
  if (result.usable) expect(result.note).toContain("TF32 off");
  else if (here !== "linux/x64") expect(result.reason).toBe(`only on linux/x64, not on ${here}`);
  else {
    expect(result.reason).toMatch(/^lib\S+ is not (there|found)|^CUDA failure/);
    expect(result.hint).toMatch(/CUDA.*docs\/gpu\.md/);
  }
});

test("the table has for this system what the binding knows", () => {
  const ort: typeof import("onnxruntime-node") = createRequire(import.meta.url)("onnxruntime-node");
  const known = ort.listSupportedBackends().map(({ name }) => name);
  const ours = [...PROVIDERS.values()].filter(({ platforms }) => platforms?.includes(here) ?? true);
  expect(ours.map(({ name }) => name).sort()).toEqual(known.sort());
});
