import type { StoredWeights } from "@yolo-compile/network";

/** Heads by task, and what only they store: of several, the first. */
const MARKS: readonly (readonly [
  task: string,
  head: string,
  isIts: (name: string, shape: readonly number[]) => boolean,
])[] = [
  ["classify", "Classify", (name) => /(^|\.)\d+\.linear\.weight$/.test(name)],
  ["segment", "Segment", (name) => /(^|\.)\d+\.proto\.cv1\.conv\.weight$/.test(name)],
  ["obb", "OBB", (name, [channels]) => /(^|\.)cv4\.0\.2\.weight$/.test(name) && channels === 1],
  ["pose", "Pose", (name) => /(^|\.)cv4(_kpts)?\.0(\.2)?\.weight$/.test(name)],
  ["detect", "Detect", (name) => /(^|\.)cv2\.0\.2\.weight$/.test(name)],
];

const markOf = (stored: StoredWeights) => {
  const weights = [...stored];
  return MARKS.find(([, , isIts]) => weights.some(([name, { shape }]) => isIts(name, shape)));
};

/** The task of the head that stored weights have; undefined where that is not known. */
export const storedTask = (stored: StoredWeights): string | undefined => markOf(stored)?.[0];

/** The head that stored weights have, where it is for another task than the yaml's; undefined where that is not known. */
export function otherHead(task: string | undefined, stored: StoredWeights): string | undefined {
  const found = markOf(stored);
  return task === undefined || !found || found[0] === task ? undefined : found[1];
}
