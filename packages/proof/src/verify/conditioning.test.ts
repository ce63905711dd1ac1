import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, type LazyTensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { decodeImage } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { compile } from "../compile/index.js";
import { verify } from "./verify.js";

const checkpoint = openCheckpoint(
  bytesSource("shapes.pt", new Uint8Array(readFileSync(fixturePath("shapes/shapes.pt")))),
);

/** Changes of numbers by the names of their weights. */
type Changes = Readonly<Record<string, (value: number, index: number) => number>>;

/** The checkpoint with each number of some weights changed. */
function edited(changes: Changes) {
  const tensors = new Map<string, LazyTensor>(checkpoint.tensors);
  for (const [name, change] of Object.entries(changes)) {
    const { shape, read } = tensors.get(name)!;
    tensors.set(name, { dtype: "f32", shape, read: () => tensorOf("f32", shape, toFloat64(read()).map(change)) });
  }
  return { ...checkpoint, tensors };
}

const notesOf = async (changes: Changes): Promise<readonly string[]> => {
  const { notes, verification } = await compile({ checkpoint: edited(changes), size: [64, 96] });
  expect(verification?.ok).toBe(true);
  return notes.map(({ severity, message }) => `${severity}: ${message}`);
};

const TOLD =
  /^note: the plain graph itself moves by \S+ at output0 \(\w+\) when last bits change, on .*; \w+\[\d+\] \(\w+\) (amplifies what it reads|makes numbers larger) \d+ times: \S+ is allowed there$/;

test("weights that are large but finite are no difference: the plain graph itself moves, and the note says where", async () => {
  const notes = await notesOf({ "model.2.cv1.bn.weight": (value) => 1e3 * value });
  expect(notes.length).toBeGreaterThan(0);
  for (const each of notes) expect(each).toMatch(TOLD);
  // One input may tell nothing, as long as another does.
  const more = await notesOf({ "model.2.cv1.bn.weight": (value) => 1e4 * value });
  expect(more.length).toBeGreaterThan(0);
  for (const each of more)
    expect(each).toMatch(
      /: the plain graph itself moves by .*; backbone\[2\] \(C3\) makes numbers larger \d+ times: (\S+ is allowed there|float32 tells nothing there, other inputs judge that part)$/,
    );
});

/** The checkpoint with a large mean in a BatchNormalization, and a bias that cancels it: the last bits of `mean` remain. */
function cancelling(module: string, mean: number): Changes {
  const numbersOf = (name: string): number[] => [...toFloat64(checkpoint.tensors.get(`${module}.bn.${name}`)!.read())];
  const [scale, variance] = [numbersOf("weight"), numbersOf("running_var")];
  const added = scale.map((each, channel) => (mean * each) / Math.sqrt(variance[channel]! + 1e-3));
  return {
    [`${module}.bn.running_mean`]: (value: number) => value + mean,
    [`${module}.bn.bias`]: (value: number, channel: number) => value + added[channel]!,
  };
}

test.each([
  ["model.1", "backbone[1] (Conv)", 1e4],
  ["model.4.cv1", "backbone[4] (C3)", 1e4],
  // Next to the head: of more than this, float32 tells nothing about the scores.
  ["model.17.cv3", "head[7] (C3)", 3e3],
])("the row that is named is the one that amplifies: cancellation planted in %s", async (module, row, mean) => {
  const notes = await notesOf(cancelling(module, mean));
  expect(notes.length).toBeGreaterThan(0);
  for (const each of notes) {
    expect(each).toContain(`; ${row} amplifies what it reads `);
    expect(Number(/reads (\d+) times/.exec(each)![1])).toBeGreaterThan(100);
  }
});

test("weights that overflow on a picture, though not on noise, are found by the inputs of every verification", async () => {
  const huge = ["model.0", "model.1", "model.3"].flatMap((module) => [
    [`${module}.bn.weight`, (): number => 1e30] as const,
    [`${module}.bn.running_var`, (): number => 1e38] as const,
  ]);
  const changes = { ...Object.fromEntries(huge), "model.5.bn.weight": (value: number) => 10 ** 4.5 * value };
  const compiled = compileGraphs({ checkpoint: edited(changes), size: [64, 96], batch: 1, passes: "full" });
  const image = await decodeImage(readFileSync(fixturePath("shapes/pictures/crowd.jpg")), "crowd.jpg");
  const pictures = [{ name: "crowd.jpg", image }];
  const { ok, verification, notes } = await verify(
    { kind: "compiled", compiled, passes: "full", opset: 17 },
    { inputs: { seed: 1, pictures } },
  );
  expect(ok).toBe(false);
  const passing = new Set(verification.comparisons.filter((each) => each.ok).map(({ input }) => input));
  expect([...passing]).toEqual(["noise (seed 1)"]);
  expect(notes.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^the plain graph itself is not finite in \d+ elements of output0/),
  );
});

test("what cancels inside is found by shaking the weights, where the input's last bits do not reach", async () => {
  const notes = await notesOf({
    "model.4.cv1.bn.running_mean": () => 3e5,
    "model.4.cv1.bn.bias": () => 3e5,
  });
  for (const each of notes) expect(each).toMatch(TOLD);
});

test("a graph that is well conditioned has nothing to say", async () => {
  expect(await notesOf({})).toEqual([]);
});
