import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, elementCount, toFloat64 } from "@yolo-compile/core";
import { encodeBytes } from "@yolo-compile/onnx";
import { compareTensors, FOLD, findProvider, openSession } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { magnitudeInputs, noiseInput } from "./magnitudes.js";
import type { FixedInput } from "./verify-input.js";

const images: FixedInput = { name: "images", dtype: "f32", shape: [2, 3, 5, 7] };
const valuesOf = (name: string, input = images) =>
  toFloat64(
    magnitudeInputs([input], 1)
      .find((each) => each.name === name)!
      .tensors.get(input.name)!,
  );

test("noise is that of the seed, and says so", () => {
  const { name, tensors } = noiseInput([images], 7);
  expect(name).toBe("noise (seed 7)");
  expect(tensors.get("images")).toMatchObject({ dtype: "f32", shape: [2, 3, 5, 7] });
  expect(noiseInput([images], 7)).toEqual(noiseInput([images], 7));
  expect(noiseInput([images], 8).tensors).not.toEqual(tensors);
});

test("each magnitude is what its name says", () => {
  const noise = toFloat64(noiseInput([images], 1).tensors.get("images")!);
  const count = elementCount(images.shape);
  expect([...new Set(valuesOf("zeros"))]).toEqual([0]);
  expect([...new Set(valuesOf("ones"))]).toEqual([1]);
  expect([...valuesOf("checkerboard").slice(0, 14)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  expect(valuesOf("impulse").reduce((a, b) => a + b)).toBe(6);
  expect(valuesOf("hot pixel").filter((value, index) => value !== noise[index])).toEqual(new Float64Array(6).fill(255));
  expect(valuesOf("0 to 255")).toEqual(noise.map((value) => Math.fround(value * 255)));
  expect(valuesOf("0 to 1e-4")).toEqual(noise.map((value) => Math.fround(value * 1e-4)));
  expect(valuesOf("negative")).toEqual(noise.map((value) => -value));
  expect(valuesOf("ones")).toHaveLength(count);
});

test("the one bright pixel is at one place of every plane", () => {
  const places = [...valuesOf("impulse").entries()].filter(([, value]) => value === 1).map(([index]) => index % 35);
  expect(new Set(places).size).toBe(1);
});

test("half precision is filled as well, integers keep their noise", () => {
  const half: FixedInput = { ...images, dtype: "f16" };
  expect([...new Set(valuesOf("ones", half))]).toEqual([1]);
  const integers: FixedInput = { name: "ids", dtype: "i64", shape: [4] };
  expect(valuesOf("ones", integers)).toEqual(toFloat64(noiseInput([integers], 1).tensors.get("ids")!));
});

test("the trained detector passes at every magnitude", async () => {
  const source = bytesSource("shapes.pt", new Uint8Array(readFileSync(fixturePath("shapes/shapes.pt"))));
  const { plain, optimized } = compileGraphs({
    checkpoint: openCheckpoint(source),
    size: [64, 96],
    batch: 1,
    passes: "full",
  });
  const [reference, candidate] = await Promise.all(
    [plain, optimized].map((graph) =>
      openSession(encodeBytes(graph, { opset: 17 }), { provider: findProvider("cpu"), level: "disabled" }),
    ),
  );
  const errors = new Map<string, number>();
  for (const { name, tensors } of magnitudeInputs([{ ...images, shape: [1, 3, 64, 96] }], 1)) {
    const [expected, found] = [await reference!.run(tensors), await candidate!.run(tensors)];
    const { maxRel, nonFinite } = compareTensors(name, expected.get("output0")!, found.get("output0")!);
    errors.set(name, nonFinite > 0 ? Number.NaN : maxRel);
  }
  await Promise.all([reference!.release(), candidate!.release()]);
  expect([...errors].filter(([, error]) => !(error <= FOLD.relative))).toEqual([]);
});
