import type { OutputLayout, OutputPart } from "@yolo-compile/core";
import type { ExportedModel, UnnamedLayout } from "@yolo-compile/network";

/** Columns in front of those of the classes: centre, size, objectness. */
export const BOX_COLUMNS = 5;

/** Rows of boxes, decoded: [n,boxes,5 + classes + masks]. */
export const boxLayout = (classes: number, masks: number): UnnamedLayout => ({
  axis: 2,
  parts: [
    { name: "center", kind: "pixels", count: 2 },
    { name: "size", kind: "pixels", count: 2 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: classes },
    ...(masks > 0 ? [{ name: "masks", kind: "coefficient", count: masks } satisfies OutputPart] : []),
  ],
});

/** A map of each anchor's numbers, before the sigmoid or after it: [n,anchors*(5 + classes + masks),h,w]. */
export const mapLayout = (classes: number, masks: number, anchors: number, activated: boolean): UnnamedLayout => ({
  axis: 1,
  parts: Array.from({ length: anchors }, (): OutputPart[] => [
    { name: "values", kind: activated ? "probability" : "logit", count: BOX_COLUMNS + classes },
    ...(masks > 0 ? [{ name: "masks", kind: "coefficient", count: masks } satisfies OutputPart] : []),
  ]).flat(),
});

/** [n,masks,h,w] */
export const prototypeLayout = (masks: number): UnnamedLayout => ({
  axis: 1,
  parts: [{ name: "prototypes", kind: "coefficient", count: masks }],
});

/** [n,classes] */
export const logitLayout = (classes: number): UnnamedLayout => ({
  axis: 1,
  parts: [{ name: "classes", kind: "logit", count: classes }],
});

/** A classifier says the names of its classes; other models may have outputs of that shape, too. */
function classifierOutput(
  { name, shape: [, classes] }: ExportedModel["outputs"][number],
  outputs: number,
  metadata: ExportedModel["metadata"],
): readonly OutputLayout[] | undefined {
  if (outputs !== 1 || typeof classes !== "number" || !metadata.has("names") || metadata.has("task")) return undefined;
  return [{ output: name, ...logitLayout(classes) }];
}

/** The layouts of the outputs of an exported classifier, detector or segmenter; undefined where they have other shapes. */
export function outputsOf({ outputs, metadata }: ExportedModel): readonly OutputLayout[] | undefined {
  const [boxes, prototypes] = outputs;
  if (boxes?.shape.length === 2) return classifierOutput(boxes, outputs.length, metadata);
  const columns = boxes?.shape[2];
  if (boxes?.shape.length !== 3 || typeof columns !== "number") return undefined;
  const masks = prototypes?.shape.length === 4 ? prototypes.shape[1]! : 0;
  if (typeof masks !== "number" || columns <= BOX_COLUMNS + masks) return undefined;
  return [
    { output: boxes.name, ...boxLayout(columns - BOX_COLUMNS - masks, masks) },
    ...(prototypes && masks > 0 ? [{ output: prototypes.name, ...prototypeLayout(masks) }] : []),
  ];
}
