import {
  classLabel,
  cornersOf,
  type Detection,
  type Found,
  isVisible,
  type Keypoint,
  type RotatedBox,
  roundBoxes,
} from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { tally } from "./text.js";

/** A picture, and the objects on it. */
export interface DetectedPicture extends Found {
  readonly image: string;
  /** The picture with boxes, where one was written. */
  readonly drawn: string | undefined;
}

/**
 * One picture of the document of `detect --json`; boxes are x1, y1, x2, y2 in pixels of the picture, and so are keypoints and
 * rotated boxes; angles are in radians.
 */
export const detectionDocument = (
  { image, drawn, detections, masks, elapsedMs }: DetectedPicture,
  names: readonly string[],
) => ({
  image,
  drawn: drawn ?? null,
  elapsedMs: Math.round(elapsedMs * 10) / 10,
  detections: detections.map(({ box, score, classIndex, keypoints, rotated }, index) => ({
    class: classIndex,
    name: classLabel(names, classIndex),
    score,
    box,
    ...(keypoints && { keypoints }),
    ...(rotated && { rotated: { ...rotated, corners: cornersOf(rotated) } }),
    ...(masks[index] && { maskPixels: masks[index].data.reduce((sum, inside) => sum + inside, 0) }),
  })),
});

/** Prints the objects of a picture. */
export function printDetections(picture: DetectedPicture, names: readonly string[], terminal: Terminal): void {
  const { image, drawn, detections, elapsedMs } = picture;
  const counts = tally(detections.map(({ classIndex }) => classLabel(names, classIndex)));
  const found = counts.map(([name, count]) => `${count} ${name}`).join(", ") || "nothing found";
  terminal.headline(
    `${out.bold(image)}: ${found} (${elapsedMs.toFixed(0)} ms)${drawn ? ` -> ${out.bold(drawn)}` : ""}`,
  );
  if (detections.length === 0) return;
  const columns = columnsOf(detections);
  const rows = roundBoxes(detections).map((detection) => [
    `  ${classLabel(names, detection.classIndex)}`,
    detection.score.toFixed(3),
    ...columns.cells(detection),
  ]);
  const colAligns = columns.head.map((name) => (name === "keypoints" ? "left" : "right"));
  terminal.table({ head: ["  class", "score", ...columns.head], colAligns: ["left", "right", ...colAligns] }, rows);
}

/** The columns that tell where an object is. */
interface PlaceColumns {
  readonly head: readonly string[];
  readonly cells: (detection: Detection) => readonly string[];
}

/** All detections of a picture are of one kind. */
function columnsOf([first]: readonly Detection[]): PlaceColumns {
  if (first?.rotated)
    return {
      head: ["centre x", "y", "width", "height", "degrees"],
      cells: ({ rotated }) => (rotated ? rotatedCells(rotated) : []),
    };
  const head = ["x1", "y1", "x2", "y2"];
  if (!first?.keypoints) return { head, cells: ({ box }) => box.map(String) };
  return {
    head: [...head, "keypoints"],
    cells: ({ box, keypoints = [] }) => [...box.map(String), keypoints.map(pointText).join(" ")],
  };
}

const rotatedCells = ({ center, size, angle }: RotatedBox): readonly string[] => [
  ...[...center, ...size].map((value) => value.toFixed(0)),
  ((angle * 180) / Math.PI).toFixed(1),
];

/** A point at whole pixels, or a dash for one that is not drawn. */
const pointText = (point: Keypoint): string => (isVisible(point) ? `${point.x.toFixed(0)},${point.y.toFixed(0)}` : "-");
