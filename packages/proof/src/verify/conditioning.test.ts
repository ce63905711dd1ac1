import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource, type LazyTensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { compile } from "../compile/index.js";

const checkpoint = openCheckpoint(
  bytesSource("shapes.pt", new Uint8Array(readFileSync(fixturePath("shapes/shapes.pt")))),
);

/** The checkpoint with each number of some weights changed. */
function edited(changes: Readonly<Record<string, (value: number) => number>>) {
  const tensors = new Map<string, LazyTensor>(checkpoint.tensors);
  for (const [name, change] of Object.entries(changes)) {
    const { shape, read } = tensors.get(name)!;
    tensors.set(name, { dtype: "f32", shape, read: () => tensorOf("f32", shape, toFloat64(read()).map(change)) });
  }
  return { ...checkpoint, tensors };
}

const notesOf = async (changes: Parameters<typeof edited>[0]): Promise<readonly string[]> => {
  const { notes, verification } = await compile({ checkpoint: edited(changes), size: [64, 96] });
  expect(verification?.ok).toBe(true);
  return notes.map(({ severity, message }) => `${severity}: ${message}`);
};

const TOLD =
  /^note: the plain graph itself moves by \S+ at output0 \(\w+\) when last bits change, on .*; \w+\[\d+\] \(\w+\) amplifies what it reads \d+ times: \S+ is allowed there$/;

test("weights that are large but finite are no difference: the plain graph itself moves, and the note says where", async () => {
  const notes = await notesOf({ "model.2.cv1.bn.weight": (value) => 1e3 * value });
  expect(notes.length).toBeGreaterThan(0);
  for (const each of notes) expect(each).toMatch(TOLD);
  // One input may tell nothing, as long as another does.
  const more = await notesOf({ "model.2.cv1.bn.weight": (value) => 1e4 * value });
  expect(more.length).toBeGreaterThan(0);
  for (const each of more)
    expect(each).toMatch(/: the plain graph itself moves by .* amplifies what it reads \d+ times: /);
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
