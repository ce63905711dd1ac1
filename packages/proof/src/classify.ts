import { outputsOf } from "@yolo-compile/compiler";
import { castTensor, type OutputLayout } from "@yolo-compile/core";
import type { ModelInfo } from "@yolo-compile/onnx";
import { checkExternalData, openSession } from "@yolo-compile/runtime";
import { type ClassScore, classesOf, classifierInput, type Image, type Size, topClasses } from "@yolo-compile/vision";
import { type DetectorRequest, namesOf } from "./detect.js";
import { noClassifier } from "./diagnostics.js";

/** A loaded model that says what a picture shows. */
export interface Classifier {
  /** By class index; fewer than the model has classes where its metadata has none. */
  readonly names: readonly string[];
  /** Network input, in pixels. */
  readonly size: Size;
  /** The most probable classes, best first, and the time of the network alone. @throws runtime/run, detect/output */
  classify(
    image: Image,
    count: number,
  ): Promise<{ readonly classes: readonly ClassScore[]; readonly elapsedMs: number }>;
  release(): Promise<void>;
}

/** The layout of a classifier's output, by its file's description; undefined for other models. */
export const classLayoutOf = ({
  outputs,
  metadata,
}: Pick<ModelInfo, "outputs" | "metadata">): OutputLayout | undefined =>
  classesOf(outputsOf({ outputs, metadata }) ?? []);

/** Opens a classifier. @throws runtime/load, runtime/external-data, detect/model */
export async function openClassifier({ model, name, info, provider, size }: DetectorRequest): Promise<Classifier> {
  const layout = classLayoutOf(info);
  checkExternalData(model, name, info.externalData);
  const session = await openSession(model, { provider, level: "all", name });
  const [input] = session.inputs;
  if (!layout || !input || session.inputs.length !== 1 || input.shape.length !== 4 || input.shape[1] !== 3)
    throw noClassifier(name, session.outputs);
  const [batch, , height, width] = input.shape;
  const side = (fixed: number | string | undefined, wanted: number | undefined): number =>
    typeof fixed === "number" ? fixed : (wanted ?? USUAL_SIDE);
  const wanted = { height: side(height, size?.height), width: side(width, size?.width) };
  return {
    names: namesOf(info),
    size: wanted,
    classify: async (image, count) => {
      const pictures = Array<Image>(typeof batch === "number" ? batch : 1).fill(image);
      const tensor = castTensor(classifierInput(pictures, wanted, layout), input.dtype);
      const started = performance.now();
      const outputs = await session.run(new Map([[input.name, tensor]]));
      const elapsedMs = performance.now() - started;
      const [classes = []] = topClasses(outputs.get(layout.output)!, layout, count); // the session gives all outputs
      return { classes, elapsedMs };
    },
    release: () => session.release(),
  };
}

/** Classifiers are trained on pictures of this side. */
const USUAL_SIDE = 224;
