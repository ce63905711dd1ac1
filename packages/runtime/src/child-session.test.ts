import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { openInChildProcess } from "./child-session.js";
import { probeAnswer, probeInput, probeModel } from "./probe-model.js";
import { CPU, type Provider } from "./providers.js";
import { openSession, sessionSettings } from "./session.js";

const child: Provider = { ...CPU, childEnvironment: {} };
const inputs = new Map([["x", probeInput]]);

test("a session in a process of its own is a session like another", async () => {
  const session = await openSession(probeModel(), { provider: child, level: "all" });
  const here = await openSession(probeModel(), { provider: CPU, level: "all" });
  expect([session.inputs, session.outputs]).toEqual([here.inputs, here.outputs]);
  expect(await session.run(inputs)).toEqual(await here.run(inputs));
  const wrong = new Map([["x", tensorOf("f32", [1, 3, 2, 2], Array<number>(12).fill(0))]]);
  await expect(session.run(wrong)).rejects.toThrow(/runtime\/run: .*Got invalid dimensions/s);
  expect(Array.from((await session.run(inputs)).get("y")!.data, Number)).toEqual([...probeAnswer()]);
  await Promise.all([session.release(), here.release()]);
});

test("several runs at once get their own answers", async () => {
  const session = await openSession(probeModel(), { provider: child, level: "all" });
  const answers = await Promise.all([1, 2, 3].map(() => session.run(inputs)));
  for (const answer of answers) expect(Array.from(answer.get("y")!.data, Number)).toEqual([...probeAnswer()]);
  await session.release();
});

test("after the end every question fails, none waits", async () => {
  const session = await openInChildProcess({
    source: probeModel(),
    settings: sessionSettings({ provider: CPU, level: "all" }),
  });
  await session.release();
  await expect(session.run({})).rejects.toThrow(/it is released/);
  await expect(session.release()).rejects.toThrow(/it is released/);
});

/** Looks at messages on their way: a listener of its own would take those that come before the child listens. */
const CRASH_IN_RUN = `const { emit } = process;
process.emit = function (name, message, ...rest) {
  if (name === "message" && message.kind === "run") process.kill(process.pid, "SIGKILL");
  return emit.call(this, name, message, ...rest);
};`;

test("a driver that crashes in a run fails that run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "child-session-"));
  const file = join(folder, "crash.cjs");
  writeFileSync(file, CRASH_IN_RUN);
  const fragile: Provider = { ...CPU, childEnvironment: { NODE_OPTIONS: `--require ${file}` } };
  const session = await openSession(probeModel(), { provider: fragile, level: "all" });
  await expect(session.run(inputs)).rejects.toThrow(/runtime\/run: .* its process ended with/);
  rmSync(folder, { recursive: true });
});

test("a file that is no model is refused with the reason", async () => {
  await expect(openSession(Uint8Array.of(8, 9), { provider: child, level: "all" })).rejects.toThrow(
    /runtime\/load: ONNX Runtime \(cpu\) does not load the model: /,
  );
});
