import type { StoredWeights } from "@yolo-compile/network";

/** Heads, and what only they store: of a Segment head, more than of a Detect head. */
const MARKS: readonly (readonly [head: string, mark: RegExp])[] = [
  ["Segment", /(^|\.)\d+\.proto\.cv1\.conv\.weight$/],
  ["Detect", /(^|\.)\d+\.anchors$/],
  ["Classify", /(^|\.)\d+\.linear\.weight$/],
];

/** The head that stored weights have, where it is none that a yaml ends in; undefined where both are the same or unknown. */
export function otherHead(last: string | undefined, stored: StoredWeights): string | undefined {
  if (!MARKS.some(([head]) => head === last)) return undefined;
  const names = [...stored.keys()];
  const found = MARKS.find(([, mark]) => names.some((name) => mark.test(name)))?.[0];
  return found === last ? undefined : found;
}
