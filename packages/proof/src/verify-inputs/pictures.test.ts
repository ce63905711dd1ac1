import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, castTensor } from "@yolo-compile/core";
import { encodeBytes } from "@yolo-compile/onnx";
import { findProvider, openSession } from "@yolo-compile/runtime";
import { fixturePath, readNpy } from "@yolo-compile/testkit";
import { compareDetections, decodeImage, nonMaxSuppression } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { pictureInputs } from "./pictures.js";
import type { FixedInput, NamedPicture } from "./verify-input.js";

const shapes = (file: string) => fixturePath(`shapes/${file}`);
const picture = async (name: string): Promise<NamedPicture> => ({
  name,
  image: await decodeImage(readFileSync(shapes(name)), name),
});
const images = (...shape: number[]): FixedInput => ({ name: "images", dtype: "f32", shape });

test("a picture is what YOLOv5 makes of it", async () => {
  const [input] = pictureInputs([images(1, 3, 256, 192)], [await picture("pictures/portrait.jpg")]);
  const golden = readNpy(shapes("golden/portrait_256.input.npy"));
  const { data, shape } = input!.tensors.get("images")!;
  expect(input!.name).toBe("pictures/portrait.jpg");
  expect(shape).toEqual([1, 3, 256, 192]);
  expect(golden.shape).toEqual([3, 256, 192]);
  // Decoders of JPEG differ by about one grey level.
  const apart = Array.from({ length: data.length }, (_, at) =>
    Math.abs(Number(data[at]) * 255 - Number(golden.data[at])),
  );
  expect(apart.reduce((a, b) => Math.max(a, b))).toBeLessThan(2.5);
});

test("a model for several pictures gets them in a row, the last batch filled from the front", async () => {
  const pictures = await Promise.all(["heldout/00.jpg", "heldout/01.jpg", "heldout/02.jpg"].map(picture));
  const inputs = pictureInputs([images(2, 3, 32, 32)], pictures);
  expect(inputs.map(({ name }) => name)).toEqual(["heldout/00.jpg, heldout/01.jpg", "heldout/02.jpg, heldout/00.jpg"]);
  expect(inputs[1]!.pictures).toEqual([pictures[2], pictures[0]]);
  const [alone] = pictureInputs([images(1, 3, 32, 32)], pictures);
  const [first] = inputs;
  expect(first!.tensors.get("images")!.data.slice(0, 3 * 32 * 32)).toEqual(alone!.tensors.get("images")!.data);
});

test("one picture fills the batch by itself", async () => {
  const [input, ...more] = pictureInputs([images(3, 3, 32, 32)], [await picture("heldout/00.jpg")]);
  expect(more).toEqual([]);
  expect(input!.name).toBe("heldout/00.jpg");
  expect(input!.pictures).toHaveLength(3);
});

test("half precision inputs get halves", async () => {
  const pictures = [await picture("heldout/00.jpg")];
  const [half] = pictureInputs([{ ...images(1, 3, 32, 32), dtype: "f16" }], pictures);
  const [single] = pictureInputs([images(1, 3, 32, 32)], pictures);
  expect(half!.tensors.get("images")).toEqual(castTensor(single!.tensors.get("images")!, "f16"));
});

test.each<[string, FixedInput[]]>([
  ["images f32[1,1,32,32]", [images(1, 1, 32, 32)]],
  ["images u8[1,3,32,32]", [{ ...images(1, 3, 32, 32), dtype: "u8" }]],
  ["images f32[1,3,32,32], images f32[1,2]", [images(1, 3, 32, 32), images(1, 2)]],
  ["none", []],
])("a model whose inputs are %s takes no pictures", (found, inputs) => {
  expect(() => pictureInputs(inputs, [])).toThrow(
    `verify/pictures: pictures need one input of floats [n,3,height,width], the model has ${found}`,
  );
});

test("the plain and the optimised graph find the same objects, far within the tolerance", async () => {
  const source = bytesSource("shapes.pt", new Uint8Array(readFileSync(shapes("shapes.pt"))));
  const { plain, optimized, outputs } = compileGraphs({
    checkpoint: openCheckpoint(source),
    size: [192, 192],
    batch: 2,
    passes: "full",
  });
  const names = ["pictures/portrait.jpg", ...Array.from({ length: 9 }, (_, index) => `heldout/0${index}.jpg`)];
  const inputs = pictureInputs([images(2, 3, 192, 192)], await Promise.all(names.map(picture)));
  const [reference, candidate] = await Promise.all(
    [plain, optimized].map((graph) =>
      openSession(encodeBytes(graph, { opset: 17 }), { provider: findProvider("cpu"), level: "disabled" }),
    ),
  );
  const found = async (session: typeof reference, tensors: (typeof inputs)[number]["tensors"]) =>
    nonMaxSuppression((await session!.run(tensors)).get("output0")!, outputs[0]!).map((detections) => ({
      detections,
      masks: [],
    }));
  let count = 0;
  for (const { tensors } of inputs) {
    const [expected, answers] = [await found(reference, tensors), await found(candidate, tensors)];
    for (const [place, objects] of expected.entries()) {
      const { ok, worst } = compareDetections(objects, answers[place]!);
      expect(ok).toBe(true);
      expect(worst.iou).toBeGreaterThan(0.9999);
      expect(worst.scoreDelta).toBeLessThan(2e-5);
      count += objects.detections.length;
    }
  }
  await Promise.all([reference!.release(), candidate!.release()]);
  expect(count).toBeGreaterThan(40);
});
