import type { Detection, Keypoint } from "./detection.js";
import { classColour } from "./palette.js";

/** Keypoints with a lower score are hidden or out of the picture, and not drawn. */
const VISIBLE = 0.5;

/** The bones of COCO's 17 points of a person: ankles, knees, hips, shoulders, arms, then the head. */
const PERSON = [
  [15, 13],
  [13, 11],
  [16, 14],
  [14, 12],
  [11, 12],
  [5, 11],
  [6, 12],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 9],
  [8, 10],
  [1, 2],
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [4, 6],
] as const;

/** The number of points that are a person's; what others join is not known. */
const PERSON_POINTS = 17;

/** The visible keypoints of a detection, and where it is a person the bones between them; `line` is a frame's width. */
export function skeletonSvg({ keypoints = [], classIndex }: Detection, line: number): string {
  const colour = classColour(classIndex);
  const bones = (keypoints.length === PERSON_POINTS ? PERSON : []).flatMap(([from, to]) => {
    const [a, b] = [keypoints[from]!, keypoints[to]!];
    return isVisible(a) && isVisible(b) ? [boneSvg(a, b, colour, line)] : [];
  });
  const points = keypoints.filter(isVisible).map((point) => pointSvg(point, colour, line));
  return [...bones, ...points].join("");
}

/** Whether a keypoint is drawn: NaN is nowhere, and no SVG. */
export const isVisible = ({ x, y, score = 1 }: Keypoint): boolean =>
  Number.isFinite(x) && Number.isFinite(y) && score >= VISIBLE;

function boneSvg(a: Keypoint, b: Keypoint, colour: string, line: number): string {
  return `<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" stroke="${colour}" stroke-width="${line}"/>`;
}

/** A dark rim keeps a point visible on a ground of its own colour. */
function pointSvg({ x, y }: Keypoint, colour: string, line: number): string {
  const rim = 'stroke="#000000" stroke-opacity="0.3"';
  return `<circle cx="${x}" cy="${y}" r="${line + 1}" fill="${colour}" ${rim}/>`;
}
