import { cornersOf, type Detection } from "@yolo-compile/proof";

/**
 * Detections as YOLO's label files have them, one a line: class, centre and size as shares of the picture's, best first; then
 * keypoints with how visible they are; of a rotated box its four corners instead of centre and size; with the score last as
 * yolov5 v7.0's detect.py --save-conf adds it. Six significant digits, as there.
 */
export const labelFile = (
  detections: readonly Detection[],
  { width, height }: { readonly width: number; readonly height: number },
  withScore: boolean,
): string =>
  detections
    .map(({ box: [x1, y1, x2, y2], score, classIndex, keypoints = [], rotated }) => {
      const upright = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
      const place = rotated ? cornersOf(rotated).flatMap(([x, y]) => [x / width, y / height]) : upright;
      const points = keypoints.flatMap(({ x, y, score: visible }) => [
        x / width,
        y / height,
        ...(visible === undefined ? [] : [visible]),
      ]);
      const numbers = [...place, ...points, ...(withScore ? [score] : [])];
      return `${[classIndex, ...numbers.map((number) => Number(number.toPrecision(6)))].join(" ")}\n`;
    })
    .join("");
