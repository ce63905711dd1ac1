import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource, int64s, tensorOf } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { type Checkpoint, openCheckpoint } from "@yolo-compile/weights";
import { compileGraphs, loadNetwork } from "./compile-graphs.js";
import { matchWeights } from "./match-weights.js";

const shapes = (file: string): string => fixturePath(`shapes/${file}`);
const checkpoint = openCheckpoint(bytesSource("shapes.pt", new Uint8Array(readFileSync(shapes("shapes.pt")))));
const yaml = readFileSync(shapes("shapes.yaml"), "utf8");
const SIZE = [64, 64] as const;

const config = (change: (text: string) => string = (text) => text) => ({ file: "model.yaml", text: change(yaml) });
const wider = config((text) => text.replace(/nc: \d+/, "nc: 9"));

test("partial loading takes what fits, counts as update_weight does, and makes up the rest", () => {
  const { weights, notes } = compileGraphs({
    config: wider,
    checkpoint,
    size: SIZE,
    batch: 1,
    passes: "none",
    partial: true,
  });
  const report = notes.find(({ code }) => code === "weights/partial");
  // Three convolutions of the head depend on nc, with a weight and a bias each; the checkpoint has 57 counters.
  expect(report?.message).toBe("loading weights... 343/349 items of model under model.");
  expect(weights.left.map(({ name }) => name)).toEqual(weights.filled);
  expect(weights.filled).toHaveLength(6);
  expect(weights.left[0]).toEqual({
    name: "model.24.m.0.weight",
    reason: "[33,32,1,1], [42,32,1,1] is needed",
  });
});

test("partial loading of something else entirely is an error", () => {
  const other: Checkpoint = {
    ...checkpoint,
    tensors: new Map([["a.b", { dtype: "f32", shape: [1], read: () => tensorOf("f32", [1], [1]) }]]),
  };
  const request = { config: config(), checkpoint: other, size: SIZE, batch: 1, passes: "none" } as const;
  expect(() => compileGraphs({ ...request, partial: true })).toThrow(/weights\/missing/);
});

test("the match of a checkpoint with a yaml says what does not fit, and what would", () => {
  const fits = matchWeights(loadNetwork(config(), checkpoint), checkpoint, { size: SIZE });
  expect(fits).toMatchObject({ missing: [], wrongShape: [], extra: [] });
  expect(fits.suggestion).toBeUndefined();
  const match = matchWeights(loadNetwork(wider, undefined), checkpoint, { size: SIZE });
  expect(match.wrongShape).toHaveLength(6);
  expect(match.used.length + match.wrongShape.length).toBe(fits.used.length);
  expect(match.suggestion).toMatch(/the yaml would fit with nc: \d+/);
});

test("weights of the wrong kind of number say what is needed", () => {
  const integers = { dtype: "i64", shape: [8, 3, 6, 6], read: () => int64s(new Array<number>(864).fill(0)) } as const;
  const tensors = new Map([...checkpoint.tensors, ["model.0.conv.weight", integers]]);
  expect(() => matchWeights(loadNetwork(config(), checkpoint), { ...checkpoint, tensors }, { size: SIZE })).toThrow(
    /weights\/dtype: model\.0\.conv\.weight in shapes\.pt is i64\[8,3,6,6\], expected floating point numbers/,
  );
});
