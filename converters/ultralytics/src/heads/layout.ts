import type { OutputPart } from "@yolo-compile/core";
import type { UnnamedLayout } from "@yolo-compile/network";

const pixels = (name: OutputPart["name"], count: number): OutputPart => ({ name, kind: "pixels", count });

/** The numbers of each box besides its place and its class. */
export interface Extras {
  readonly masks?: number;
  /** Points, and numbers for each: 2, or 3 with how visible it is. */
  readonly keypoints?: readonly [count: number, size: number];
  readonly rotation?: boolean;
}

function extraParts({ masks = 0, keypoints, rotation = false }: Extras): OutputPart[] {
  const [count, size] = keypoints ?? [0, 2];
  const point: OutputPart[] = [
    pixels("keypoints", 2),
    ...(size === 3 ? [{ name: "keypoints", kind: "probability", count: 1 } as const] : []),
  ];
  return [
    ...(masks > 0 ? [{ name: "masks", kind: "coefficient", count: masks } as const] : []),
    ...(size === 3
      ? Array.from({ length: count }, () => point).flat()
      : count > 0
        ? [pixels("keypoints", 2 * count)]
        : []),
    ...(rotation ? [{ name: "rotation", kind: "angle", count: 1 } as const] : []),
  ];
}

/** Boxes as columns: [n,4 + classes + extras,anchors]. */
export const anchorLayout = (classes: number, extras: Extras): UnnamedLayout => ({
  axis: 1,
  parts: [
    pixels("center", 2),
    pixels("size", 2),
    { name: "classes", kind: "probability", count: classes },
    ...extraParts(extras),
  ],
});

/** Boxes that were chosen, as rows: [n,boxes,6 + extras]. A rotated box keeps its centre and size. */
export const chosenLayout = (extras: Extras): UnnamedLayout => ({
  axis: 2,
  parts: [
    ...(extras.rotation ? [pixels("center", 2), pixels("size", 2)] : [pixels("corners", 4)]),
    { name: "score", kind: "probability", count: 1 },
    { name: "label", kind: "label", count: 1 },
    ...extraParts(extras),
  ],
});

/** A map of distances' bins and classes, these before the sigmoid or after it: [n,4*bins + classes,h,w]. */
export const mapLayout = (classes: number, bins: number, activated: boolean): UnnamedLayout => ({
  axis: 1,
  parts: [
    { name: "values", kind: "logit", count: 4 * bins },
    { name: "classes", kind: activated ? "probability" : "logit", count: classes },
  ],
});

/** [n,masks,h,w] */
export const prototypeLayout = (masks: number): UnnamedLayout => ({
  axis: 1,
  parts: [{ name: "prototypes", kind: "coefficient", count: masks }],
});

/** [n,classes] */
export const classLayout = (classes: number): UnnamedLayout => ({
  axis: 1,
  parts: [{ name: "classes", kind: "probability", count: classes }],
});
