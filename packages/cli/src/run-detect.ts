import { statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type ErrorDiagnostic, inputKind, type ModelInfo, readModelInfo } from "@yolo-compile/compiler";
import {
  checkImageName,
  chooseProvider,
  type Detector,
  decodeImage,
  drawDetections,
  encodeImage,
  openDetector,
} from "@yolo-compile/proof";
import { isPictureProblem, notOnnx, usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { openFile, readWhole, writeWhole } from "./files.js";
import { fraction, positiveInteger } from "./numbers.js";
import { imageSize } from "./options.js";
import { checkIsNoInput } from "./output-target.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { type DetectedPicture, detectionDocument, printDetections } from "./views/detections.js";

/** The options of `detect`, as yargs gives them. */
export interface DetectOptions {
  readonly model: string;
  readonly images: readonly string[];
  readonly json: boolean;
  readonly output?: string | undefined;
  readonly draw: boolean;
  readonly conf: number;
  readonly iou: number;
  readonly "max-det": number;
  readonly agnostic: boolean;
  readonly imgsz?: readonly (string | number)[] | undefined;
  readonly provider: string;
}

/**
 * Detects objects on each picture, prints them and writes the picture with boxes. One that cannot be read or written does
 * not stop the others.
 * @returns the exit code
 */
export async function runDetect(options: DetectOptions): Promise<number> {
  const terminal = openTerminal(options.json);
  const targets = options.images.map((image) => (options.draw ? targetOf(options, image) : undefined));
  const { model } = options;
  const info = readInfo(model);
  const [height, width] = imageSize(options.imgsz ?? [640]).size;
  const { provider, notes } = await chooseProvider(options.provider);
  terminal.report(notes);
  terminal.step(`loading ${model}`);
  const detector = await openDetector({ model, name: model, info, provider, size: { height, width } });
  const results: (DetectedPicture | RefusedPicture)[] = [];
  try {
    for (const [index, image] of options.images.entries()) {
      const found = await detectOrRefuse(image, () =>
        detectPicture(detector, image, targets[index], options, terminal),
      );
      results.push(found);
      terminal.endStep();
      if ("error" in found) terminal.report([found.error]);
      else printDetections(found, detector.names, terminal);
    }
  } finally {
    terminal.endStep();
    await detector.release();
  }
  terminal.printJson(() => ({
    model,
    provider: provider.name,
    imgsz: [detector.size.height, detector.size.width],
    names: detector.names,
    images: results.map((each) => ("error" in each ? each : detectionDocument(each, detector.names))),
  }));
  return results.some((each) => "error" in each) ? EXIT.input : EXIT.fine;
}

interface RefusedPicture {
  readonly image: string;
  readonly error: ErrorDiagnostic;
}

async function detectOrRefuse(
  image: string,
  detect: () => Promise<DetectedPicture>,
): Promise<DetectedPicture | RefusedPicture> {
  try {
    return await detect();
  } catch (error) {
    if (isPictureProblem(error)) return { image, error: error.diagnostic };
    throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The path for a picture with boxes. @throws usage, image/format */
function targetOf({ output, model, images }: DetectOptions, image: string): string {
  const extension = extname(image);
  const name = `${basename(image, extension)}.detected${extension}`;
  if (output !== undefined && images.length > 1 && !isFolder(output))
    throw usage(`--output ${output} is no folder, and there are ${images.length} pictures`, "make the folder first");
  const target = output === undefined ? name : isFolder(output) ? join(output, name) : output;
  checkIsNoInput("output", target, [model, ...images]);
  if (target === output) checkImageName(target);
  return target;
}

/** @throws input/unreadable, detect/model, onnx/malformed */
function readInfo(model: string): ModelInfo {
  const file = openFile(model);
  try {
    if (inputKind(file) !== "onnx") throw notOnnx(model);
    return readModelInfo(file);
  } finally {
    file.close();
  }
}

async function detectPicture(
  detector: Detector,
  path: string,
  target: string | undefined,
  options: DetectOptions,
  terminal: Terminal,
): Promise<DetectedPicture> {
  terminal.step(`looking at ${path}`);
  if (target !== undefined) checkImageName(target);
  const image = await decodeImage(readWhole(path), path);
  const found = await detector.detect(image, {
    confidence: fraction("conf", options.conf),
    iou: fraction("iou", options.iou),
    maxDetections: positiveInteger("max-det", options["max-det"]),
    agnostic: options.agnostic,
  });
  if (target !== undefined) {
    const drawn = await drawDetections(image, found.detections, detector.names, found.masks);
    const bytes = await encodeImage(drawn, target);
    writeWhole(target, [bytes]);
  }
  return { ...found, image: path, drawn: target };
}
