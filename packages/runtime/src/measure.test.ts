import { expect, test } from "@jest/globals";
import { uniformStream } from "@yolo-compile/core";
import { encodeText } from "@yolo-compile/testkit";
import { judgeRounds, measureModels, type Round } from "./measure.js";
import { CPU } from "./providers.js";

const time = (ms: number) => ({ cpuMs: ms, wallMs: 2 * ms });

/** Forty rounds whose times are those given, each off by up to `noise` of itself. */
function roundsOf(milliseconds: readonly number[], noise: number): readonly Round[] {
  const next = uniformStream(1);
  const noisy = (ms: number) => time(ms * (1 + noise * (2 * next() - 1)));
  return Array.from({ length: 40 }, () => ({ times: milliseconds.map(noisy), again: noisy(milliseconds[0]!) }));
}

const verdicts = (milliseconds: readonly number[], noise: number) => {
  const names = milliseconds.map((_, at) => `model ${at}`);
  return judgeRounds(names, roundsOf(milliseconds, noise), "cpu").models.map(({ verdict }) => verdict);
};

test("what is beyond the noise is faster or slower, what is within it is neither", () => {
  expect(verdicts([10, 9, 11, 10], 0.02)).toEqual([undefined, "faster", "slower", undefined]);
  expect(verdicts([10, 9, 11, 10], 0.5)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a machine that cannot tell a tenth says so", () => {
  expect(judgeRounds(["a"], roundsOf([10], 0.01), "cpu").tooNoisy).toBe(false);
  expect(judgeRounds(["a"], roundsOf([10], 0.8), "cpu").tooNoisy).toBe(true);
});

test("a drift of the machine that meets all models changes no ratio", () => {
  const drifting = Array.from({ length: 9 }, (_, at) => ({
    times: [time(10 + at), time(2 * (10 + at))],
    again: time(10 + at),
  }));
  for (const clock of ["cpu", "wall"] as const) {
    const { models, noiseFloor } = judgeRounds(["a", "b"], drifting, clock);
    expect(noiseFloor).toBe(0);
    expect(models[1]).toMatchObject({ ratio: { median: 2, low: 2, high: 2 }, verdict: "slower" });
  }
});

const stack = (convolutions: number): string => {
  const lines = Array.from({ length: convolutions }, (_, at) => `%v${at + 1} = Conv(%v${at}, %w) {pads=[1, 1, 1, 1]}`);
  return `graph t(%v0: f32[1,16,64,64]) { %w = f32[16,16,3,3] random 1 ${lines.join(" ")} return %v${convolutions} }`;
};

test("a model that computes eight times as much takes longer, on one thread by processor time", async () => {
  const models = [1, 8].map((count) => ({ name: `${count}`, source: encodeText(stack(count)) }));
  const seen: number[] = [];
  const onRound = (round: number): void => void seen.push(round);
  const found = await measureModels(models, { provider: CPU, threads: 1, rounds: 15, seed: 1, onRound });
  expect(found).toMatchObject({ clock: "cpu", rounds: 15 });
  expect(found.models[0]).toMatchObject({ name: "1", ratio: { median: 1, low: 1, high: 1 } });
  expect(found.models[1]!.ratio.median).toBeGreaterThan(2);
  expect(seen).toEqual(Array.from({ length: 15 }, (_, round) => round));
});

test("models run on the inputs that are given", async () => {
  const models = [{ name: "a", source: encodeText(stack(1)) }];
  const measured = (side: number) => {
    const shape = [1, 16, side, side];
    const data = new Float32Array(16 * side * side);
    const inputs = new Map([["v0", { dtype: "f32" as const, shape, data }]]);
    return measureModels(models, { provider: CPU, threads: 1, rounds: 1, seed: 1, inputs });
  };
  expect(await measured(64)).toMatchObject({ rounds: 1 });
  await expect(measured(32)).rejects.toThrow(/v0/);
});

test("more threads are judged by the clock", async () => {
  const models = [{ name: "a", source: encodeText(stack(1)) }];
  expect(await measureModels(models, { provider: CPU, threads: 2, rounds: 3, seed: 1 })).toMatchObject({
    clock: "wall",
  });
});
