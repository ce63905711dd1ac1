import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "@jest/globals";
import { openProfiledSession, placementOf } from "./node-placement.js";
import { probeAnswer, probeInput, probeModel } from "./probe-model.js";
import { CPU, type Provider } from "./providers.js";

const child: Provider = { ...CPU, childEnvironment: {} };
const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("yolo-compile-profile-"));

test.each([
  ["in this process", CPU],
  ["in one of its own", child],
])("the profile of a run %s names the nodes on the CPU, and leaves no file", async (_, provider) => {
  const before = left();
  const session = await openProfiledSession(probeModel(), { provider, level: "disabled" });
  const inputs = new Map([["x", probeInput]]);
  const outputs = await session.run(inputs);
  await session.run(inputs);
  expect(Array.from(outputs.get("y")!.data, Number)).toEqual([...probeAnswer()]);
  expect(await session.placement()).toEqual({ onProvider: 0, onCpu: [{ name: "probe/Conv", op: "Conv" }] });
  await session.release();
  expect(left()).toEqual(before);
});

test("a model that is refused leaves no file", async () => {
  const before = left();
  await expect(openProfiledSession(Uint8Array.of(1, 2), { provider: child, level: "all" })).rejects.toThrow(
    /runtime\/load/,
  );
  expect(left()).toEqual(before);
});

test("kernels are counted once a node, copies between devices not at all", () => {
  const event = (name: string, op_name: string, provider: string, node_index: string, cat = "Node") => ({
    cat,
    name,
    args: { op_name, provider, node_index },
  });
  const events = [
    { cat: "Session", name: "model_run" },
    event("a_kernel_time", "Conv", "WebGpuExecutionProvider", "0"),
    event("a_kernel_time", "Conv", "WebGpuExecutionProvider", "0"),
    event("a&Conv", "Conv", "WebGpuExecutionProvider", "0", "Api"),
    event("b_kernel_time", "NonMaxSuppression", "CPUExecutionProvider", "1"),
    event("m_kernel_time", "MemcpyToHost", "WebGpuExecutionProvider", "2"),
  ];
  expect(placementOf(JSON.stringify(events))).toEqual({
    onProvider: 1,
    onCpu: [{ name: "b", op: "NonMaxSuppression" }],
  });
});
