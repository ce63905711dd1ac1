import {
  asDetections,
  type ClassScore,
  classesOf,
  type DetectedObjects,
  type Image,
  topClasses,
} from "@yolo-compile/vision";
import type { ReadOutputs } from "../endings/read-outputs.js";

/** The classes of each picture that count: the likeliest of either model. */
const COMPARED = 5;

/** The likeliest classes of two classifiers for each picture. */
interface ComparedClasses {
  readonly reference: readonly DetectedObjects[];
  readonly candidate: readonly DetectedObjects[];
}

/**
 * The classes that one of two classifiers has among its five likeliest, with the probabilities of both, as objects that fill the
 * picture; undefined where the models are no classifiers.
 */
export function compareClasses(
  reference: ReadOutputs,
  candidate: ReadOutputs,
  images: readonly Image[],
): ComparedClasses | undefined {
  const [first, second] = [allClasses(reference), allClasses(candidate)];
  if (!first || !second) return undefined;
  const chosen = images.map(
    (_, index) =>
      new Set([first, second].flatMap((all) => all[index]!.slice(0, COMPARED).map(({ classIndex }) => classIndex))),
  );
  const objects = (all: typeof first): DetectedObjects[] =>
    images.map((image, index) => ({
      detections: asDetections(
        all[index]!.filter(({ classIndex }) => chosen[index]!.has(classIndex)),
        image,
      ),
      masks: [],
    }));
  return { reference: objects(first), candidate: objects(second) };
}

function allClasses({ outputs, layouts }: ReadOutputs): readonly (readonly ClassScore[])[] | undefined {
  const layout = classesOf(layouts);
  const output = layout && outputs.get(layout.output);
  return output && topClasses(output, layout, Number.POSITIVE_INFINITY);
}
