import { castTensor, type PartName } from "@yolo-compile/core";
import type { ModelInfo } from "@yolo-compile/onnx";
import {
  checkExternalData,
  type ModelSource,
  openSession,
  type Provider,
  type Session,
  type ValueInfo,
} from "@yolo-compile/runtime";
import {
  type Detection,
  hasAnyBoxes,
  hasBoxes,
  type Image,
  letterbox,
  type Mask,
  nonMaxSuppression,
  type PlacedDetections,
  processCutouts,
  processNativeMasks,
  type Size,
  type SuppressionOptions,
  scaleBoxes,
  toTensor,
} from "@yolo-compile/vision";
import { parseNames } from "@yolo-compile/weights";
import { noDetector } from "./diagnostics.js";
import { type ReadOutputs, readOutputs } from "./endings/read-outputs.js";
import { DEFAULT_STRIDE, stepOf, strideOf } from "./verify-inputs/index.js";

/** A model and its provider. */
export interface DetectorRequest {
  readonly model: ModelSource;
  /** The name of the model in messages. */
  readonly name: string;
  /** The file's description; ONNX Runtime does not hand metadata over. */
  readonly info: ModelInfo;
  readonly provider: Provider;
  /** The size of the network's input, for a model whose height and width are dynamic. */
  readonly size?: Size;
}

/** A loaded model that finds objects on pictures. */
export interface Detector {
  /** By class index; fewer than the model has classes where its metadata has none. */
  readonly names: readonly string[];
  /** Network input, in pixels; where sides are open, the largest that a picture gets. */
  readonly size: Size;
  /** @throws runtime/run, detect/output */
  detect(image: Image, options?: SuppressionOptions): Promise<Found>;
  release(): Promise<void>;
}

/** The objects of a picture, best score first, in pixels of the picture. */
export interface Found {
  readonly detections: readonly Detection[];
  /** One for each detection, where the model segments. */
  readonly masks: readonly Mask[];
  /** The same detections in pixels of the network's input. */
  readonly letterboxed: readonly Detection[];
  /** The time of the network alone. */
  readonly elapsedMs: number;
}

const USUAL_SIZE: Size = { width: 640, height: 640 };

/** Opens a detector of boxes, masks, keypoints or rotated boxes. @throws runtime/load, runtime/external-data, detect/model */
export async function openDetector(request: DetectorRequest): Promise<Detector> {
  const { model, name, info, provider } = request;
  checkExternalData(model, name, info.externalData);
  const session = await openSession(model, { provider, level: "all", name });
  const [input] = session.inputs;
  if (!input || session.inputs.length !== 1 || input.shape.length !== 4 || input.shape[1] !== 3)
    throw noDetector(name, "its inputs", session.inputs);
  const steps = openSteps(input, info.metadata);
  const size = inputSize(input, steps, request.size);
  return {
    names: namesOf(info),
    size,
    detect: (image, options = {}) => detect(session, { input, size, steps, metadata: info.metadata }, image, options),
    release: () => session.release(),
  };
}

/** Class names by index, from the model's metadata. */
export const namesOf = ({ metadata }: ModelInfo): readonly string[] =>
  [...parseNames(metadata.get("names") ?? "")].sort(([a], [b]) => a - b).map(([, each]) => each);

/** The pixels in which each side counts that the model leaves open. */
function openSteps({ shape }: ValueInfo, metadata: ReadonlyMap<string, string>): Partial<Size> {
  const stride = strideOf(metadata) ?? DEFAULT_STRIDE;
  const [, , height, width] = shape;
  return {
    ...(typeof height !== "number" && { height: stepOf(height) ?? stride }),
    ...(typeof width !== "number" && { width: stepOf(width) ?? stride }),
  };
}

/** Open sides are rounded up to whole steps. */
function inputSize({ shape }: ValueInfo, steps: Partial<Size>, wanted: Size = USUAL_SIZE): Size {
  const [, , height, width] = shape;
  const whole = (side: number, step = 1): number => Math.ceil(side / step) * step;
  return {
    height: typeof height === "number" ? height : whole(wanted.height, steps.height),
    width: typeof width === "number" ? width : whole(wanted.width, steps.width),
  };
}

/** The input and the metadata of a detector. */
interface Task {
  readonly input: ValueInfo;
  readonly size: Size;
  /** {@link openSteps} */
  readonly steps: Partial<Size>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A model for several images at a time gets the picture in every place; open sides are padded to whole steps only. */
async function detect(
  session: Session,
  { input, size, steps, metadata }: Task,
  image: Image,
  options: SuppressionOptions,
): Promise<Found> {
  const [batch] = input.shape;
  const boxed = letterbox(image, size, { stride: steps });
  const pictures = Array<Image>(typeof batch === "number" ? batch : 1).fill(boxed);
  const tensor = castTensor(toTensor(pictures), input.dtype);
  const started = performance.now();
  const outputs = await session.run(new Map([[input.name, tensor]]));
  const elapsedMs = performance.now() - started;
  const [found] = readDetections(readOutputs(outputs, metadata), boxed, [image], options, hasAnyBoxes) ?? [];
  if (!found) throw noDetector(session.name, "its outputs", session.outputs);
  return { ...found, elapsedMs };
}

/**
 * The detections in a network's outputs for each picture of its input, whose size is `size`; undefined where no output holds
 * detections by `isOfDetections`, which leaves rotated boxes out unless told otherwise.
 * @throws detect/output
 */
export function readDetections(
  read: ReadOutputs | undefined,
  size: Size,
  images: readonly Image[],
  options: SuppressionOptions = {},
  isOfDetections = hasBoxes,
): Omit<Found, "elapsedMs">[] | undefined {
  const boxes = read?.layouts.find(isOfDetections);
  const output = boxes && read?.outputs.get(boxes.output);
  if (!read || !boxes || !output) return undefined;
  const having = (part: PartName) => {
    const layout = read.layouts.find(({ parts }) => parts.some(({ name }) => name === part));
    return layout && read.outputs.get(layout.output);
  };
  const [protos, cutouts] = [having("prototypes"), having("cutouts")];
  const masksOf = (placed: PlacedDetections, image: Image, index: number): readonly Mask[] => {
    if (cutouts) return processCutouts(cutouts, { tensor: output, layout: boxes }, placed, image, index);
    return protos ? processNativeMasks(protos, placed.detections, image, index) : [];
  };
  const pictures = nonMaxSuppression(output, boxes, options);
  return images.map((image, index) => {
    const letterboxed = pictures[index] ?? [];
    const detections = scaleBoxes(letterboxed, size, image);
    return { detections, masks: masksOf({ letterboxed, detections }, image, index), letterboxed };
  });
}
