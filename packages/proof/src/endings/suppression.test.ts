import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  compileGraphs,
  type Ending,
  type GraphsRequest,
  MASK_SIZES,
  type MaskSize,
  SUPPRESSION,
  type Suppression,
} from "@yolo-compile/compiler";
import { bytesSource, type OutputLayout, type Tensor, toNumbers, uniformFloats } from "@yolo-compile/core";
import { defineModule, ENDING_KEY, moduleTable } from "@yolo-compile/network";
import { encodeBytes, OPSETS, readModelInfo } from "@yolo-compile/onnx";
import { CPU, openSession } from "@yolo-compile/runtime";
import { findReference, fixturePath, readNpy, smallDetectors } from "@yolo-compile/testkit";
import { decodeImage, maskOverlap, nonMaxSuppression } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { compile } from "../compile/index.js";
import { openDetector } from "../detect.js";
import { type ModelFile, modelFile, verify } from "../verify/index.js";

const ending = (rules: Partial<Suppression> = {}): Ending => ({
  head: "decoded",
  boxes: "xyxy",
  suppression: { ...SUPPRESSION, ...rules },
});

const checkpoint = openCheckpoint(bytesSource("shapes.pt", readFileSync(fixturePath("shapes/shapes.pt"))));
const request = { checkpoint, size: [64, 96], batch: 1, passes: "full" } as const;

describe.each([...smallDetectors()])("%s", (_, source) => {
  test.each([
    ["best class", {}],
    ["all classes, agnostic", { multiLabel: true, agnostic: true, maxDetections: 40 }],
  ])("suppresses its boxes: %s", async (_name, rules) => {
    const { graphs, verification } = await compile({ ...source, randomWeights: 1, ending: ending(rules) });
    expect(graphs.plain.outputs.map(({ name }) => name)).toContain("count");
    const inputs = verification!.comparisons.map(({ input }) => input);
    expect(inputs.some((input) => input.endsWith("confidence 0"))).toBe(true);
  });
});

describe("masks", () => {
  const source = smallDetectors().get("a segmenter")!;
  const masked = (masks: MaskSize, batch = 1): GraphsRequest => ({
    ...source,
    randomWeights: 1,
    batch,
    passes: "full",
    ending: { ...ending({ confidence: 0, maxDetections: 20 }), masks },
  });

  test.each([
    ["prototypes", 1, 16],
    ["image", 2, 64],
  ] as const)("are put together at the size of the %s", async (masks, batch, side) => {
    const { graphs, verification, notes } = await compile(masked(masks, batch));
    expect(graphs.optimized.outputs.map(({ name, value }) => [name, value.type.shape])).toEqual([
      ["output0", [batch, 20, 10]],
      ["masks", [batch, 20, side, side]],
      ["count", [batch]],
    ]);
    expect(notes.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("puts together from its prototypes"),
    );
    const [rows] = verification!.comparisons.filter(({ output }) => output === "masks");
    expect(rows!.decisive).toMatchObject({ name: "cutouts", nonFinite: 0 });
  });

  test.each([
    ["half of the cell", (text: string) => text.replace('"maskStride":4', '"maskStride":2')],
    ["the other size", (text: string) => text.replace('"masks":"prototypes"', '"masks":"image"')],
  ])("whose metadata say %s are refused", async (_, damage) => {
    const { optimized, reference } = compileGraphs(masked("prototypes"));
    const text = optimized.metadata.get(ENDING_KEY)!;
    expect(damage(text)).not.toBe(text);
    const judge = (said: string) => {
      const graph = { ...optimized, metadata: new Map([...optimized.metadata, [ENDING_KEY, said]]) };
      const [plain, candidate] = [reference.graph, graph].map((each) =>
        modelFile("a.onnx", encodeBytes(each, { opset: OPSETS.default })),
      ) as [ModelFile, ModelFile];
      return verify({ kind: "models", reference: plain, candidate }).then(({ ok }) => ok);
    };
    expect(await judge(text)).toBe(true);
    expect(await judge(damage(text)).catch((error) => (error.diagnostic.code === "verify/shape" ? false : error))).toBe(
      false,
    );
  });

  test("are none of a detector", () => {
    const request = { ...masked("image"), ...smallDetectors().get("a detector")! };
    expect(() => compileGraphs(request)).toThrow(/^network\/head: .*masks/);
  });

  /** Random weights whose masks are full, on boxes of many cells. */
  const MASKED = { randomWeights: 4, size: [160, 160] } as const;
  /** Cutting at cells and enlarging takes up to a cell from each side of a mask. */
  const WITHOUT_EDGES = 0.8;

  test("are those that detect makes of prototypes, but for the edges of boxes", async () => {
    const image = await decodeImage(readFileSync(fixturePath("shapes/pictures/square.jpg")), "square.jpg");
    const detected = async (own: Ending) => {
      const { optimized } = compileGraphs({ ...masked("image"), ...MASKED, ending: own });
      const model = encodeBytes(optimized, { opset: OPSETS.default });
      const detector = await openDetector({
        model,
        name: "segment",
        info: readModelInfo(model, "segment"),
        provider: CPU,
      });
      try {
        return await detector.detect(image, { confidence: 0.0001, maxDetections: 12 });
      } finally {
        await detector.release();
      }
    };
    const rules = ending({ confidence: 0 });
    const wanted = await detected(rules);
    expect(wanted.masks.filter(({ data }) => data.includes(1)).length).toBeGreaterThan(5);
    for (const masks of MASK_SIZES) {
      const found = await detected({ ...rules, masks });
      expect(found.detections.map(({ classIndex }) => classIndex)).toEqual(
        wanted.detections.map(({ classIndex }) => classIndex),
      );
      found.masks.forEach((mask, index) => {
        expect(maskOverlap(mask, wanted.masks[index]!)).toBeGreaterThan(WITHOUT_EDGES);
      });
    }
  });
});

test("several pictures each have their own rows and their own count", async () => {
  const { graphs } = await compile({ ...request, batch: 2, ending: ending({ maxDetections: 10 }) });
  expect(graphs.optimized.outputs.map(({ value }) => value.type.shape)).toEqual([[2, 10, 6], [2]]);
});

/** Gives its image, a map of numbers, as rows of boxes. */
const LAYOUT: OutputLayout["parts"] = [
  { name: "center", kind: "pixels", count: 2 },
  { name: "size", kind: "pixels", count: 2 },
  { name: "objectness", kind: "probability", count: 1 },
  { name: "classes", kind: "probability", count: 3 },
  { name: "masks", kind: "coefficient", count: 2 },
];
const ROWS = 200;
const COLUMNS = 10;
const IMAGE_AS_ROWS = moduleTable({
  ImageAsRows: defineModule({
    type: "ImageAsRows",
    signature: [],
    plan: ({ inputs }) => ({ args: [], channels: inputs[0]!, copies: 1 }),
    outputs: () => [{ axis: 2, parts: LAYOUT }],
    build: (scope, x) => scope.op("Squeeze", [x], { axes: [1] }),
  }),
});
const AS_ROWS = {
  file: "rows.yaml",
  text: "nc: 3\nch: 1\nanchors: 1\ndepth_multiple: 1\nwidth_multiple: 1\nbackbone: [[-1, 1, ImageAsRows, []]]\nhead: []\n",
};

/** Boxes within 160 pixels, of which many overlap. */
function randomBoxes(seed: number, pictures: number): Tensor {
  const data = uniformFloats(seed, pictures * ROWS * COLUMNS);
  data.forEach((value, index) => {
    const column = index % COLUMNS;
    if (column < 2) data[index] = value * 160;
    else if (column < 4) data[index] = 4 + value * 60;
    else if (column >= 8) data[index] = value * 2 - 1;
  });
  return { dtype: "f32", shape: [pictures, 1, ROWS, COLUMNS], data };
}

test.each<Partial<Suppression>>([
  {},
  { agnostic: true },
  { multiLabel: true },
  { multiLabel: true, agnostic: true, iou: 0.6 },
  { confidence: 0.001, iou: 0.6, maxDetections: 30 },
  { confidence: 0.9 },
  { confidence: 0.9999 },
])("the graph gives the rows of YOLOv5's suppression, bit for bit, with %j", async (rules) => {
  const { optimized } = compileGraphs({
    config: AS_ROWS,
    modules: IMAGE_AS_ROWS,
    randomWeights: 1,
    size: [ROWS, COLUMNS],
    batch: 2,
    passes: "full",
    ending: ending(rules),
  });
  const session = await openSession(encodeBytes(optimized, { opset: OPSETS.default }), { provider: CPU, level: "all" });
  try {
    for (const seed of [1, 2, 3]) {
      const image = randomBoxes(seed, 2);
      const outputs = await session.run(new Map([["images", image]]));
      const [rows, count] = [outputs.get("output0")!, outputs.get("count")!];
      const decoded = { ...image, shape: [2, ROWS, COLUMNS] };
      const wanted = nonMaxSuppression(decoded, { output: "", axis: 2, parts: LAYOUT }, { ...SUPPRESSION, ...rules });
      expect(toNumbers(count)).toEqual(wanted.map(({ length }) => length));
      const [, most, columns] = rows.shape as [number, number, number];
      wanted.forEach((detections, picture) => {
        const values = toNumbers(rows).slice(picture * most * columns);
        const own = detections.map((_, row) => values.slice(row * columns, (row + 1) * columns));
        expect(own).toEqual(
          detections.map(({ box, score, classIndex, maskCoefficients }) => [
            ...box,
            score,
            classIndex,
            ...maskCoefficients!,
          ]),
        );
      });
    }
  } finally {
    await session.release();
  }
});

describe("pictures", () => {
  interface Golden {
    readonly input: readonly [number, number, number];
    readonly detections: readonly { readonly box: readonly number[]; readonly score: number; readonly class: number }[];
  }
  const { pictures } = JSON.parse(readFileSync(fixturePath("shapes/golden/detections.json"), "utf8")) as {
    readonly pictures: Readonly<Record<string, Golden>>;
  };

  test.each(Object.entries(pictures))(
    "%s has the boxes of YOLOv5's own suppression, in order",
    async (name, golden) => {
      const [, height, width] = golden.input;
      const { optimized } = compileGraphs({ ...request, size: [height, width], ending: ending() });
      const model = encodeBytes(optimized, { opset: OPSETS.default });
      const detector = await openDetector({ model, name, info: readModelInfo(model, name), provider: CPU });
      try {
        const image = await decodeImage(readFileSync(fixturePath(`shapes/pictures/${name}`)), name);
        const { detections } = await detector.detect(image);
        expect(detections.map(({ classIndex }) => classIndex)).toEqual(golden.detections.map((each) => each.class));
        for (const [index, { box, score }] of detections.entries()) {
          const wanted = golden.detections[index]!;
          expect(Math.abs(score - wanted.score)).toBeLessThan(0.01);
          expect(Math.max(...box.map((side, at) => Math.abs(side - wanted.box[at]!)))).toBeLessThan(0.5);
        }
      } finally {
        await detector.release();
      }
    },
  );
});

test("the best 300 boxes of each level have all that suppression keeps of the pictures", async () => {
  const [all, best] = await Promise.all(
    [ending(), { ...ending(), top: 300 }].map((each) => {
      const { optimized } = compileGraphs({ ...request, size: [192, 192], ending: each });
      const model = encodeBytes(optimized, { opset: OPSETS.default });
      return openDetector({ model, name: "shapes", info: readModelInfo(model, "shapes"), provider: CPU });
    }),
  );
  try {
    for (let number = 0; number < 72; number += 3) {
      const name = `${String(number).padStart(2, "0")}.jpg`;
      const image = await decodeImage(readFileSync(fixturePath(`shapes/heldout/${name}`)), name);
      const [wanted, found] = [await all!.detect(image), await best!.detect(image)];
      expect(wanted.detections.length).toBeGreaterThan(0);
      expect(found.detections).toEqual(
        wanted.detections.map(({ box, score, classIndex }) => ({
          box: box.map((side) => expect.closeTo(side, 2)),
          score: expect.closeTo(score, 4),
          classIndex,
        })),
      );
    }
  } finally {
    await Promise.all([all!.release(), best!.release()]);
  }
});

interface ReferencePicture {
  readonly image: string;
  readonly letterboxed: string;
  readonly detections_letterbox_xyxy_conf_cls: readonly (readonly number[])[];
}

const reference = findReference();
const withReference = typeof reference === "string" ? test.skip : test;
const found = typeof reference === "string" ? [] : reference.cases.filter(({ name }) => name.startsWith("real_"));

withReference.each(found.length > 0 ? found : [undefined])(
  `real checkpoints give the boxes of YOLOv5's own suppression, in order${typeof reference === "string" ? `: ${reference}` : " ($name)"}`,
  async (golden) => {
    if (typeof reference === "string" || !golden) throw new Error("skipped without a reference");
    const { images } = golden as typeof golden & { readonly images: readonly ReferencePicture[] };
    const path = reference.path(`${golden.weights.where}/${golden.weights.file}`);
    const weights = openCheckpoint(bytesSource(path, readFileSync(path)));
    for (const { letterboxed, detections_letterbox_xyxy_conf_cls: wanted } of images)
      for (const top of [{}, { top: 300 }]) {
        const pixels = readNpy(reference.path(letterboxed));
        const [, height, width] = pixels.shape as [number, number, number];
        const { optimized } = compileGraphs({
          ...request,
          checkpoint: weights,
          size: [height, width],
          ending: { ...ending(), ...top },
        });
        const model = encodeBytes(optimized, { opset: OPSETS.default });
        const session = await openSession(model, { provider: CPU, level: "all" });
        try {
          const data = Float32Array.from(toNumbers(pixels), (value) => value / 255);
          const outputs = await session.run(
            new Map([["images", { dtype: "f32", shape: [1, 3, height, width], data }]]),
          );
          expect(toNumbers(outputs.get("count")!)).toEqual([wanted.length]);
          const rows = toNumbers(outputs.get("output0")!);
          wanted.forEach((row, index) => {
            expect(rows.slice(index * 6, index * 6 + 6)).toEqual(row.map((value) => expect.closeTo(value, 2)));
          });
        } finally {
          await session.release();
        }
      }
  },
);

describe("a graph that suppresses otherwise than its metadata say is refused", () => {
  const fileOf = (rules: Partial<Suppression>, said: Partial<Suppression> = rules) => {
    const config = smallDetectors().get("a detector")!;
    const graph = (own: Partial<Suppression>) =>
      compileGraphs({ ...config, randomWeights: 1, batch: 1, passes: "full", ending: ending(own) }).optimized;
    const metadata = new Map([...graph(rules).metadata, [ENDING_KEY, graph(said).metadata.get(ENDING_KEY)!]]);
    return modelFile("a.onnx", encodeBytes({ ...graph(rules), metadata }, { opset: OPSETS.default }));
  };
  const plain = compileGraphs({ ...smallDetectors().get("a detector")!, randomWeights: 1, batch: 1, passes: "none" });
  const reference = modelFile("plain.onnx", encodeBytes(plain.plain, { opset: OPSETS.default }));
  const judge = async (candidate: ReturnType<typeof modelFile>): Promise<boolean> =>
    (await verify({ kind: "models", reference, candidate })).ok;

  test("but passes where it does what they say", async () => {
    expect(await judge(fileOf({}))).toBe(true);
  });

  test.each<Partial<Suppression>>([{ iou: 0.5 }, { confidence: 0.3 }, { agnostic: true }, { multiLabel: true }])(
    "%j",
    async (rules) => {
      expect(await judge(fileOf(rules, {}))).toBe(false);
    },
  );
});

test("deliberate faults behind a suppression are found as they are without one", async () => {
  const compiled = compileGraphs({ ...request, ending: ending({ maxDetections: 20 }) });
  const { selfTest } = await verify(
    { kind: "compiled", compiled, passes: "full", opset: OPSETS.default },
    { selfTest: true },
  );
  expect(selfTest!.counts.survived).toBe(0);
  expect(selfTest!.counts.caught).toBeGreaterThan(10);
}, 240_000);
