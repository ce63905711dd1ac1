import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { readModelInfo } from "@yolo-compile/onnx";
import { CPU } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { type Box, compareDetections, type Detection, decodeImage } from "@yolo-compile/vision";
import { openCheckpoint } from "@yolo-compile/weights";
import { compile, openDetector } from "./index.js";

/** What PyTorch finds with the trained weights, by picture; fixtures/shapes/README.md. */
interface Golden {
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
  readonly pictures: Readonly<Record<string, readonly { box: Box; score: number; class: number }[]>>;
}

// The file is ours; its README describes it.
const golden = JSON.parse(readFileSync(fixturePath("shapes/golden/mobilenetv3.json"), "utf8")) as Golden;
const names = Object.keys(golden.pictures);

const expected = (name: string): Detection[] =>
  golden.pictures[name]!.map(({ box, score, class: classIndex }) => ({ box, score, classIndex }));

const objects = (detections: readonly Detection[]) => ({ detections, masks: [] });

test("a detector trained on a timm backbone finds what PyTorch finds, compiled from its file alone", async () => {
  const file = "shapes/mobilenetv3.pt";
  const checkpoint = openCheckpoint(bytesSource(file, readFileSync(fixturePath(file))));
  const pictures = await Promise.all(
    names.map(async (name) => ({
      name,
      image: await decodeImage(readFileSync(fixturePath(`shapes/heldout/${name}`)), name),
    })),
  );
  const { files, verification } = await compile({
    checkpoint,
    size: [golden.imgsz, golden.imgsz],
    verify: { inputs: { seed: 1, pictures } },
  });
  expect(verification).toMatchObject({ ok: true, provider: "cpu" });
  const model = Buffer.concat([...files[0]!.chunks()]);
  const detector = await openDetector({ model, name: file, info: readModelInfo(model), provider: CPU });
  const { conf, iou } = golden;
  let count = 0;
  for (const { name, image } of pictures) {
    const wanted = expected(name);
    const { detections } = await detector.detect(image, { confidence: conf, iou });
    expect(compareDetections(objects(wanted), objects(detections))).toMatchObject({ ok: true });
    count += wanted.length;
  }
  await detector.release();
  expect(count).toBeGreaterThan(10);
});
