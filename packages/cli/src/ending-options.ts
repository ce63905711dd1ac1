import {
  BOX_FORMS,
  type BoxForm,
  type Ending,
  HEADS,
  type HeadName,
  MASK_SIZES,
  type MaskSize,
  SUPPRESSION,
  type Suppression,
} from "@yolo-compile/compiler";
import type { Argv } from "yargs";
import { usage } from "./diagnostics.js";
import { fraction, positiveInteger } from "./numbers.js";

/** Options for what the graph ends in. */
export interface EndingOptions {
  readonly head: HeadName;
  readonly boxes?: BoxForm | undefined;
  readonly top?: number | undefined;
  readonly "output-names"?: readonly string[] | undefined;
  readonly nms?: "onnx" | undefined;
  readonly masks?: MaskSize | undefined;
  readonly conf?: number | undefined;
  readonly iou?: number | undefined;
  readonly "max-det"?: number | undefined;
  readonly agnostic?: boolean | undefined;
  readonly "multi-label"?: boolean | undefined;
}

/** Adds {@link EndingOptions}. */
export const withEnding = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("head", {
      choices: HEADS,
      default: "decoded" as const,
      describe: "end in decoded boxes, raw maps, maps after the sigmoid, or boxes and scores apart",
    })
    .option("boxes", { choices: BOX_FORMS, describe: "--head split: corners or centre and size  [default: xyxy]" })
    .option("output-names", {
      type: "string",
      requiresArg: true,
      coerce: (names: string) => names.split(","),
      describe: "names of the outputs, separated by commas",
    })
    .option("top", {
      type: "number",
      describe: "decode no more than N boxes of each level, those of the highest objectness",
    })
    .option("nms", {
      choices: ["onnx"] as const,
      describe: "suppress overlapping boxes inside the graph, by YOLOv5's rules",
    })
    .option("masks", {
      choices: MASK_SIZES,
      describe: "--nms: put the masks of the boxes that stay together, at the prototypes' size or the image's",
    })
    .option("conf", { type: "number", describe: "--nms: least score  [default: 0.25]" })
    .option("iou", { type: "number", describe: "--nms: greatest overlap of two boxes of a class  [default: 0.45]" })
    .option("max-det", { type: "number", describe: "--nms: rows for each picture  [default: 300]" })
    .option("agnostic", { type: "boolean", describe: "--nms: boxes of other classes overlap too" })
    .option("multi-label", { type: "boolean", describe: "--nms: a box counts once for each of its classes" })
    .group(["head", "boxes", "top", "nms", "masks", "conf", "iou", "max-det", "agnostic", "multi-label"], "Ending:");

/** Options that say how suppression works, and nothing without it. */
const RULES = ["masks", "max-det", "agnostic", "multi-label"] as const satisfies readonly (keyof EndingOptions)[];

/** The ending that the options ask for. @throws usage */
export function endingOf(options: EndingOptions): Ending {
  const { head, boxes, nms } = options;
  if (boxes !== undefined && head !== "split")
    throw usage(`--boxes ${boxes} is about --head split, not --head ${head}`, `--head split --boxes ${boxes}`);
  const stray = RULES.find((rule) => options[rule] !== undefined);
  if (nms === undefined && stray) throw usage(`--${stray} is about suppression inside the graph`, "--nms onnx");
  if (nms !== undefined && head !== "decoded")
    throw usage(`--nms ${nms} suppresses decoded boxes, --head ${head} gives others`, "leave --head out");
  if (options.top !== undefined && head !== "decoded")
    throw usage(`--top chooses among decoded boxes, --head ${head} gives others`, "leave --head out");
  const top = options.top !== undefined && { top: positiveInteger("top", options.top) };
  const outputNames = options["output-names"];
  const masks = options.masks && { masks: options.masks };
  const named = outputNames && { outputNames };
  return { head, boxes: boxes ?? "xyxy", ...top, ...named, ...(nms && { suppression: rulesOf(options), ...masks }) };
}

function rulesOf(options: EndingOptions): Suppression {
  const { conf, iou, agnostic, "max-det": most, "multi-label": multiLabel } = options;
  return {
    confidence: fraction("conf", conf ?? SUPPRESSION.confidence),
    iou: fraction("iou", iou ?? SUPPRESSION.iou),
    maxDetections: positiveInteger("max-det", most ?? SUPPRESSION.maxDetections),
    agnostic: agnostic ?? SUPPRESSION.agnostic,
    multiLabel: multiLabel ?? SUPPRESSION.multiLabel,
  };
}
