import type { OutputLayout } from "@yolo-compile/core";
import type { ExportedModel } from "@yolo-compile/network";
import { anchorLayout, chosenLayout, classLayout, type Extras, prototypeLayout } from "./heads/layout.js";

/** The numbers of a row of chosen boxes before the extras: box, score, label. */
const CHOSEN = 6;
const BOX = 4;

/**
 * The layouts of a model whose metadata name its task, as ultralytics' exports and ours do: boxes as columns with classes,
 * or as rows that are chosen already. A network never has as few boxes as a row has numbers.
 */
export function outputsOf({ outputs, metadata }: ExportedModel): readonly OutputLayout[] | undefined {
  const task = metadata.get("task");
  const [boxes, prototypes] = outputs;
  if (task === undefined || !boxes) return undefined;
  const [, columns, rows] = boxes.shape;
  if (task === "classify")
    return boxes.shape.length === 2 && typeof columns === "number"
      ? [{ output: boxes.name, ...classLayout(columns) }]
      : undefined;
  const masks = prototypes?.shape.length === 4 ? prototypes.shape[1] : 0;
  const extras = extrasOf(task, masks, metadata);
  if (boxes.shape.length !== 3 || !extras) return undefined;
  const { places, ...parts } = extras;
  const layout =
    rows === CHOSEN + places
      ? chosenLayout(parts)
      : typeof columns === "number" && columns > BOX + places && anchorLayout(columns - BOX - places, parts);
  if (!layout) return undefined;
  return [
    { output: boxes.name, ...layout },
    ...(prototypes && parts.masks ? [{ output: prototypes.name, ...prototypeLayout(parts.masks) }] : []),
  ];
}

/** The numbers that a task adds to each box, and their count. */
function extrasOf(
  task: string,
  masks: number | string | undefined,
  metadata: ReadonlyMap<string, string>,
): (Extras & { readonly places: number }) | undefined {
  if (task === "detect") return { places: 0 };
  if (task === "obb") return { rotation: true, places: 1 };
  if (task === "segment") return typeof masks === "number" && masks > 0 ? { masks, places: masks } : undefined;
  const found = /^[[(](\d+), ([23])[\])]$/.exec(metadata.get("kpt_shape") ?? "");
  if (task !== "pose" || !found) return undefined;
  const keypoints = [Number(found[1]), Number(found[2])] as const;
  return { keypoints, places: keypoints[0] * keypoints[1] };
}
