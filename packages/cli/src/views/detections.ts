import { type Found, roundBoxes } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { tally } from "./text.js";

/** A picture that was picture at. */
export interface DetectedPicture extends Found {
  readonly image: string;
  /** The picture with boxes, where one was written. */
  readonly drawn: string | undefined;
}

const nameOf = (names: readonly string[], classIndex: number): string => names[classIndex] ?? `class ${classIndex}`;

/** One picture of the document of `detect --json`; boxes are x1, y1, x2, y2 in pixels of the picture, and so are keypoints. */
export const detectionDocument = (
  { image, drawn, detections, masks, elapsedMs }: DetectedPicture,
  names: readonly string[],
) => ({
  image,
  drawn: drawn ?? null,
  elapsedMs: Math.round(elapsedMs * 10) / 10,
  detections: detections.map(({ box, score, classIndex, keypoints }, index) => ({
    class: classIndex,
    name: nameOf(names, classIndex),
    score,
    box,
    ...(keypoints && { keypoints }),
    ...(masks[index] && { maskPixels: masks[index].data.reduce((sum, inside) => sum + inside, 0) }),
  })),
});

/** Prints the objects of a picture. */
export function printDetections(picture: DetectedPicture, names: readonly string[], terminal: Terminal): void {
  const { image, drawn, detections, elapsedMs } = picture;
  const counts = tally(detections.map(({ classIndex }) => nameOf(names, classIndex)));
  const found = counts.map(([name, count]) => `${count} ${name}`).join(", ") || "nothing found";
  terminal.headline(
    `${out.bold(image)}: ${found} (${elapsedMs.toFixed(0)} ms)${drawn ? ` -> ${out.bold(drawn)}` : ""}`,
  );
  if (detections.length === 0) return;
  const rows = roundBoxes(detections).map(({ box, score, classIndex }) => [
    `  ${nameOf(names, classIndex)}`,
    score.toFixed(3),
    ...box,
  ]);
  const head = ["  class", "score", "x1", "y1", "x2", "y2"];
  terminal.table({ head, colAligns: ["left", "right", "right", "right", "right", "right"] }, rows);
}
