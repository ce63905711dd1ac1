import { asNumber, isList, type PyValue } from "@yolo-compile/network";

/** Anchors of a level: `len(anchors[0]) // 2`, or the count itself. */
export function anchorCount(anchors: PyValue): number {
  if (typeof anchors === "number") return anchors;
  const first = isList(anchors) ? anchors[0] : undefined;
  return first !== undefined && isList(first) ? first.length / 2 : 0;
}

/** Width, height, width, … of each level; an item that is no number is undefined. Nothing for a count. */
export const anchorRows = (anchors: PyValue): readonly (readonly (number | undefined)[])[] =>
  isList(anchors) ? anchors.map((row) => (isList(row) ? row.map(asNumber) : [])) : [];
