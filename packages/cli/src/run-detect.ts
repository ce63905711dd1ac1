import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { type ErrorDiagnostic, inputKind, readModelInfo } from "@yolo-compile/compiler";
import {
  checkImageName,
  chooseProvider,
  classLayoutOf,
  compile,
  type Detector,
  type DetectorRequest,
  decodeImage,
  drawDetections,
  encodeImage,
  openDetector,
} from "@yolo-compile/proof";
import { isPictureProblem, notOnnx, usage } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { openFile, readWhole, writeWhole } from "./files.js";
import { openInputs } from "./inputs.js";
import { fraction, positiveInteger } from "./numbers.js";
import { imageSize, type LoudnessOptions } from "./options.js";
import { inputCheck, isFolder } from "./output-target.js";
import { picturePaths } from "./picture-paths.js";
import { runClassify } from "./run-classify.js";
import { openTerminal, type Terminal } from "./terminal.js";
import { type DetectedPicture, detectionDocument, printDetections } from "./views/detections.js";
import { labelFile } from "./views/label-file.js";

/** The options of `detect`, as yargs gives them. */
export interface DetectOptions extends LoudnessOptions {
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
  readonly classes?: readonly number[] | undefined;
  readonly "save-txt": boolean;
  readonly "save-conf": boolean;
  readonly "allow-suspicious": boolean;
}

/** One run: all its pictures by path, and what refuses to write over one of them or the model. */
interface Job extends DetectOptions {
  readonly checkIsNoInput: (option: string, output: string) => void;
}

/**
 * Detects objects on each picture, prints them and writes the picture with boxes. One that cannot be read or written does
 * not stop the others.
 * @returns the exit code
 */
export async function runDetect(given: DetectOptions): Promise<number> {
  const terminal = openTerminal(given);
  if (given["save-conf"] && !given["save-txt"]) throw usage("--save-conf adds scores to label files", "--save-txt");
  const images = given.images.flatMap(picturesAt);
  const options = { ...given, images, checkIsNoInput: inputCheck([given.model, ...images]) };
  const targets = options.images.map((image) => (options.draw ? targetOf(options, image) : undefined));
  const { model } = options;
  const [height, width] = imageSize(options.imgsz ?? [640]).size;
  const { provider, notes } = await chooseProvider(options.provider);
  terminal.report(notes);
  terminal.step(`loading ${model}`);
  const opened = await openModel(options, [height, width], terminal);
  if (options.imgsz) checkSize(model, opened.info.inputs[0]?.shape ?? [], [height, width]);
  if (classLayoutOf(opened.info)) return runClassify(options, { ...opened, name: model, provider }, terminal);
  const detector = await openDetector({ ...opened, name: model, provider, size: { height, width } });
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

/** A path that leads nowhere stays: it is refused when its turn comes, and does not stop the others. */
const picturesAt = (path: string): readonly string[] =>
  existsSync(path) || /[*?]/.test(path) ? picturePaths("pictures", path) : [path];

/** Only open sides have the size that is asked for. @throws usage */
function checkSize(model: string, shape: readonly unknown[], wanted: readonly [number, number]): void {
  const sides = shape.slice(2); // behind images and channels
  if (sides.some((side, at) => typeof side === "number" && side !== wanted[at]))
    throw usage(
      `--imgsz ${wanted.join(" ")}: ${model} takes pictures of ${sides.join("x")}, which is fixed`,
      "leave --imgsz out, or compile it with this --imgsz, or with --dynamic height width",
    );
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

/** The path for a picture with boxes. @throws usage, image/format */
function targetOf({ output, images, checkIsNoInput }: Job, image: string): string {
  const extension = extname(image);
  const name = `${basename(image, extension)}.detected${extension}`;
  if (output !== undefined && images.length > 1 && !isFolder(output))
    throw usage(`--output ${output} is no folder, and there are ${images.length} pictures`, "make the folder first");
  const target = output === undefined ? name : isFolder(output) ? join(output, name) : output;
  checkIsNoInput("output", target);
  if (target === output) checkImageName(target);
  return target;
}

/** A model, or a checkpoint that carries its own yaml, which is compiled and verified in memory. */
async function openModel(
  options: DetectOptions,
  size: readonly [number, number],
  terminal: Terminal,
): Promise<Pick<DetectorRequest, "model" | "info">> {
  const { model } = options;
  const file = openFile(model);
  try {
    const kind = inputKind(file);
    if (kind === "onnx") return { model, info: readModelInfo(file) };
    if (kind === "config") throw notOnnx(model);
  } finally {
    file.close();
  }
  const { checkpoint } = openInputs([model], options);
  try {
    const { files } = await compile({
      ...(checkpoint && { checkpoint }),
      size,
      onStep: (step) => terminal.step(`${model}: ${step}`),
    });
    const bytes = new Uint8Array(Buffer.concat([...files[0]!.chunks()])); // a compilation has a model
    return { model: bytes, info: readModelInfo(bytes, model) };
  } finally {
    checkpoint?.close();
  }
}

/** @throws usage */
function classIndex(given: number): number {
  if (!Number.isInteger(given) || given < 0) throw usage(`--classes has ${given}, expected class numbers from 0 on`);
  return given;
}

/** The path of a picture's label file: beside the drawn picture. */
function labelsOf({ output, checkIsNoInput }: Job, image: string): string {
  const name = `${basename(image, extname(image))}.txt`;
  const folder = output === undefined ? "" : isFolder(output) ? output : dirname(output);
  const target = join(folder, name);
  checkIsNoInput("save-txt", target);
  return target;
}

async function detectPicture(
  detector: Detector,
  path: string,
  target: string | undefined,
  options: Job,
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
    ...(options.classes && { classes: options.classes.map((each) => classIndex(each)) }),
  });
  const labels = options["save-txt"] ? labelsOf(options, path) : undefined;
  if (labels !== undefined) {
    const text = labelFile(found.detections, image, options["save-conf"]);
    writeWhole(labels, [new TextEncoder().encode(text)]);
  }
  if (target !== undefined) {
    const drawn = await drawDetections(image, found.detections, detector.names, found.masks);
    const bytes = await encodeImage(drawn, target);
    writeWhole(target, [bytes]);
  }
  return { ...found, image: path, drawn: target };
}
