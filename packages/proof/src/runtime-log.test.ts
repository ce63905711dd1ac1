import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";

const built = (name: string): string => JSON.stringify(new URL(`../../${name}/dist/index.js`, import.meta.url).href);

/** Loads and runs a graph that fails as it runs, and one that does not load, as a command would. */
const SCRIPT = `
const { parseGraph } = await import(${built("ir")});
const { encodeBytes } = await import(${built("onnx")});
const { CPU, openSession } = await import(${built("runtime")});
const graph = parseGraph(\`graph outside(%x: f32[4]) {
  %at = i64[1] {9}
  %y = Gather(%x, %at) {axis=0} : f32[1]
  return %y
}\`);
for (const level of ["disabled", "all"]) {
  const session = await openSession(encodeBytes(graph, { opset: 17 }), { provider: CPU, level });
  const x = { dtype: "f32", shape: [4], data: new Float32Array(4) };
  await session.run(new Map([["x", x]])).then(() => process.exit(3), ({ message }) => console.log(message));
  await openSession(Uint8Array.of(8, 9), { provider: CPU, level }).then(() => process.exit(4), ({ message }) => console.log(message));
}`;

test("ONNX Runtime's own log does not precede our error", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", SCRIPT], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.match(/^runtime\/run: /gm)).toHaveLength(2);
  expect(stdout.match(/^runtime\/load: /gm)).toHaveLength(2);
});
