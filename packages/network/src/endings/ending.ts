import type { OutputLayout } from "@yolo-compile/core";

/**
 * The forms in which a detector's boxes leave the graph: rows as the family decodes them, the maps as the last
 * convolutions leave them, the same maps after the sigmoid, or boxes and scores apart.
 */
export const HEADS = ["decoded", "raw", "sigmoid", "split"] as const;

/** One of {@link HEADS}. */
export type HeadName = (typeof HEADS)[number];

/** The forms of a box in pixels: left, top, right, bottom, or centre and size. */
export const BOX_FORMS = ["xyxy", "xywh"] as const;

/** One of {@link BOX_FORMS}. */
export type BoxForm = (typeof BOX_FORMS)[number];

/** The rules of suppression inside the graph; those of YOLOv5. */
export interface Suppression {
  /** Scores must be above it. */
  readonly confidence: number;
  /** Of two boxes that overlap by more, the one with the lower score goes. */
  readonly iou: number;
  /** Rows of a picture. */
  readonly maxDetections: number;
  /** Boxes suppress those of other classes too. */
  readonly agnostic: boolean;
  /** A box counts once for each class above the threshold instead of for its best. */
  readonly multiLabel: boolean;
}

/** The rules of YOLOv5's detect.py, with the limit of its function. */
export const SUPPRESSION: Suppression = {
  confidence: 0.25,
  iou: 0.45,
  maxDetections: 300,
  agnostic: false,
  multiLabel: false,
};

/** The sizes at which a graph can put masks together: that of the prototypes, or the image's. */
export const MASK_SIZES = ["prototypes", "image"] as const;

/** One of {@link MASK_SIZES}. */
export type MaskSize = (typeof MASK_SIZES)[number];

/** What the outputs of a graph are. Left out, the family's decoded boxes. */
export interface Ending {
  readonly head: HeadName;
  /** Of the head "split". */
  readonly boxes: BoxForm;
  /** Decodes no more than so many boxes of each level, those of the highest objectness. */
  readonly top?: number;
  /** Behind decoded boxes. */
  readonly suppression?: Suppression;
  /** Puts the masks of the boxes that stay together, which take the place of the prototypes. */
  readonly masks?: MaskSize;
  /** Gives what suppression chooses from as well: `boxes` and `scores`, or the rows of the best. */
  readonly withParts?: boolean;
  /** Names of the outputs, all of them, in order; left out, ours. */
  readonly outputNames?: readonly string[];
}

/** The family's own outputs. */
export const DECODED: Ending = { head: "decoded", boxes: "xyxy" };

/** Whether the outputs are the family's own, by which all others are judged. */
export const isDecoded = ({ head, suppression, top }: Ending): boolean =>
  head === "decoded" && !suppression && top === undefined;

/** Whether the family makes the outputs from its maps, instead of the decoded boxes being put into another form. */
export const isOfMaps = ({ head }: Ending): boolean => head === "raw" || head === "sigmoid";

/** What a family needs to decode its maps, as JSON; `family` is its name. */
export interface MapFacts {
  readonly family: string;
  readonly [fact: string]: unknown;
}

/** What a model says about its outputs, so that whoever runs it can read them. */
export interface EndingFacts extends Ending {
  readonly outputs: readonly OutputLayout[];
  /** The boxes of each level, where the best of them were chosen. */
  readonly levels?: readonly number[];
  /** Pixels of the image along one side of a prototype's cell, where masks are put together. */
  readonly maskStride?: number;
  /** Of maps. */
  readonly maps?: MapFacts;
}

/** The metadata key of {@link EndingFacts}, as JSON; a model with the family's own outputs has none. */
export const ENDING_KEY = "yolo-compile";
