import { existsSync, readFileSync } from "node:fs";
import { beforeEach, expect, test } from "@jest/globals";
import { findProvider, PROVIDERS } from "@yolo-compile/proof";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";
import type { ProviderRow } from "./views/providers.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");

const cli = watchCli();
let output = "";

beforeEach(() => {
  output = cli.at("out.onnx");
});

/** The output of the command, which takes a moment. */
async function listed(): Promise<readonly ProviderRow[]> {
  cli.stdout = "";
  expect(await runCli(["providers", "--json"])).toBe(0);
  return JSON.parse(cli.stdout);
}

const compile = (...options: string[]): Promise<number> =>
  runCli([CHECKPOINT, "-o", output, "--imgsz", "64", ...options]);

test("every provider is listed, usable or with its reason", async () => {
  const rows = await listed();
  expect(rows.map(({ name }) => name)).toEqual([...PROVIDERS.keys()]);
  for (const row of rows) expect(row.usable ? row.elapsedMs >= 0 : row.reason.length > 0).toBe(true);
  expect(rows.at(-1)).toMatchObject({ name: "cpu", usable: true });
  cli.stdout = "";
  expect(await runCli(["providers"])).toBe(0);
  for (const row of rows)
    expect(cli.stdout).toMatch(new RegExp(`^${row.name} +${row.usable ? "usable" : "not usable"} `, "m"));
});

test("a provider that does not compute is an error with its reason, and nothing is written", async () => {
  const unusable = (await listed()).find(({ usable }) => !usable);
  if (!unusable || unusable.usable) throw new Error("no machine has CUDA, DirectML and Core ML");
  expect(await compile("--provider", unusable.name)).toBe(2);
  expect(cli.stderr).toContain(
    `error runtime/provider-unusable: ${unusable.name} is not usable here: ${unusable.reason}`,
  );
  expect(existsSync(output)).toBe(false);
});

test("a GPU that is required and not there is a verdict: exit code 1", async () => {
  const gpu = (await listed()).find((row) => findProvider(row.name).gpu && row.usable && !row.software);
  cli.stdout = "";
  expect(await compile("--require-gpu", "--json")).toBe(gpu ? 0 : 1);
  const document = JSON.parse(cli.stdout);
  if (gpu) expect(document.verify).toMatchObject({ ok: true, provider: gpu.name });
  else expect(document.error).toMatchObject({ code: "runtime/no-gpu", details: expect.any(Array) });
  expect(existsSync(output)).toBe(gpu !== undefined);
});

test("auto verifies on the best GPU, or on the CPU with a warning that says why", async () => {
  const gpu = (await listed()).find((row) => findProvider(row.name).gpu && row.usable && !row.software);
  cli.stdout = "";
  expect(await compile("--provider", "auto", "--json")).toBe(0);
  const { verify, notes } = JSON.parse(cli.stdout);
  expect(verify).toMatchObject({ ok: true, provider: gpu?.name ?? "cpu" });
  expect(notes[0]).toMatchObject(
    gpu ? { code: "runtime/provider", severity: "note" } : { code: "runtime/no-gpu", severity: "warning" },
  );
  expect(cli.stderr).toContain(notes[0].message);
  expect(readFileSync(output).length).toBeGreaterThan(1_000_000);
});

test.each([
  ["the CPU", ["--provider", "cpu"], 1, /runtime\/no-gpu: cpu is the processor/],
  ["no verification", ["--no-verify"], 2, /usage: --require-gpu and --no-verify exclude each other/],
])("--require-gpu with %s is refused", async (_, options, code, message) => {
  expect(await compile("--require-gpu", ...options)).toBe(code);
  expect(cli.stderr).toMatch(message);
});

const webgpu = findProvider("webgpu");

test("what ran on a GPU is said", async () => {
  const row = (await listed()).find(({ name }) => name === webgpu.name);
  if (!row?.usable) {
    console.warn(`skipped: webgpu is not usable here: ${row?.reason}`);
    return;
  }
  cli.stdout = "";
  expect(await compile("--provider", "webgpu")).toBe(0);
  expect(cli.stdout).toMatch(/on cpu within FOLD .*, on webgpu within GPU_F32 /);
  expect(cli.stdout).toMatch(/webgpu ran \d+ nodes, 0 fell back to the CPU$/m);
  const rows = [...cli.stdout.matchAll(/output0 +webgpu +(on|off) .* (\w+)$/gm)];
  expect(new Set(rows.map(([, level, verdict]) => `${level} ${verdict}`))).toEqual(new Set(["off ok", "on ok"]));
}, 300_000);
