import { outputsOf } from "@yolo-compile/compiler";
import { castTensor, type OutputLayout, type Tensor } from "@yolo-compile/core";
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
  hasBoxes,
  type Image,
  letterbox,
  type Mask,
  nonMaxSuppression,
  processNativeMasks,
  type Size,
  type SuppressionOptions,
  scaleBoxes,
  toTensor,
} from "@yolo-compile/vision";
import { parseNames } from "@yolo-compile/weights";
import { noDetector } from "./diagnostics.js";

/** A model, and where it runs. */
export interface DetectorRequest {
  readonly model: ModelSource;
  /** How messages name the model. */
  readonly name: string;
  /** What the file says about itself; ONNX Runtime does not hand metadata over. */
  readonly info: ModelInfo;
  readonly provider: Provider;
  /** Network input for a model whose height and width are free. */
  readonly size?: Size;
}

/** A model that is ready to look at pictures. */
export interface Detector {
  /** By class index; fewer than the model has classes where its metadata has none. */
  readonly names: readonly string[];
  /** Network input, in pixels. */
  readonly size: Size;
  /** @throws runtime/run, detect/output */
  detect(image: Image, options?: SuppressionOptions): Promise<Found>;
  release(): Promise<void>;
}

/** What is on a picture, best score first, in pixels of the picture. */
export interface Found {
  readonly detections: readonly Detection[];
  /** One for each detection, where the model segments. */
  readonly masks: readonly Mask[];
  /** The same detections in pixels of the network's input. */
  readonly letterboxed: readonly Detection[];
  /** Of the network alone. */
  readonly elapsedMs: number;
}

const USUAL_SIZE: Size = { width: 640, height: 640 };

/** Opens a detector or an instance segmenter. @throws runtime/load, runtime/external-data, detect/model */
export async function openDetector(request: DetectorRequest): Promise<Detector> {
  const { model, name, info, provider } = request;
  checkExternalData(model, name, info.externalData);
  const session = await openSession(model, { provider, level: "all", name });
  const [input] = session.inputs;
  if (!input || session.inputs.length !== 1 || input.shape.length !== 4 || input.shape[1] !== 3)
    throw noDetector(name, "its inputs", session.inputs);
  const size = inputSize(input, request.size);
  return {
    names: namesOf(info),
    size,
    detect: (image, options = {}) => detect(session, { input, size, metadata: info.metadata }, image, options),
    release: () => session.release(),
  };
}

/** Class names by index, as the model's metadata has them. */
export const namesOf = ({ metadata }: ModelInfo): readonly string[] =>
  [...parseNames(metadata.get("names") ?? "")].sort(([a], [b]) => a - b).map(([, each]) => each);

function inputSize({ shape }: ValueInfo, wanted: Size = USUAL_SIZE): Size {
  const [, , height, width] = shape;
  return {
    height: typeof height === "number" ? height : wanted.height,
    width: typeof width === "number" ? width : wanted.width,
  };
}

/** What a model is to do with a picture. */
interface Task {
  readonly input: ValueInfo;
  readonly size: Size;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A model for several images at a time gets the picture in every place. */
async function detect(
  session: Session,
  { input, size, metadata }: Task,
  image: Image,
  options: SuppressionOptions,
): Promise<Found> {
  const [batch] = input.shape;
  const pictures = Array<Image>(typeof batch === "number" ? batch : 1).fill(letterbox(image, size));
  const tensor = castTensor(toTensor(pictures), input.dtype);
  const started = performance.now();
  const outputs = await session.run(new Map([[input.name, tensor]]));
  const elapsedMs = performance.now() - started;
  const [found] = readDetections(outputs, layoutsOf(outputs, metadata), size, [image], options) ?? [];
  if (!found) throw noDetector(session.name, "its outputs", session.outputs);
  return { ...found, elapsedMs };
}

/** What a run's outputs hold, by their shapes and by what the model says about itself; undefined where no family knows. */
export const layoutsOf = (
  outputs: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string>,
): readonly OutputLayout[] | undefined =>
  outputsOf({ outputs: [...outputs].map(([name, { shape }]) => ({ name, shape })), metadata });

/**
 * What a network's outputs say of the pictures that it was run on, `size` being its input; undefined where they are not those
 * of a detector or segmenter.
 * @throws detect/output
 */
export function readDetections(
  outputs: ReadonlyMap<string, Tensor>,
  layouts: readonly OutputLayout[] | undefined,
  size: Size,
  images: readonly Image[],
  options: SuppressionOptions = {},
): Omit<Found, "elapsedMs">[] | undefined {
  const boxes = layouts?.find(hasBoxes);
  const output = boxes && outputs.get(boxes.output);
  if (!output) return undefined;
  const prototypes = layouts?.find(({ parts }) => parts.some(({ name }) => name === "prototypes"));
  const protos = prototypes && outputs.get(prototypes.output);
  const pictures = nonMaxSuppression(output, boxes, options);
  return images.map((image, index) => {
    const letterboxed = pictures[index] ?? [];
    const detections = scaleBoxes(letterboxed, size, image);
    const masks = protos ? processNativeMasks(protos, detections, image, index) : [];
    return { detections, masks, letterboxed };
  });
}
