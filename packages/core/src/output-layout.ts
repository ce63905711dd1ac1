/**
 * The unit of an output's numbers. Numbers of different kinds are never judged by one scale: pixels are hundreds, a
 * probability is at most 1, and a logit's difference means the same anywhere on its scale.
 */
export type NumberKind = (typeof NUMBER_KINDS)[number];

/** All of {@link NumberKind}. */
export const NUMBER_KINDS = [
  "pixels",
  "probability",
  "logit",
  "coefficient",
  "distance",
  "angle",
  "label",
  "other",
] as const;

/**
 * The content of a part of an output. Of a box: `center` is x, y; `size` is width, height; `corners` are left, top, right,
 * bottom. `score` is that of the one `label` beside it, where suppression is part of the graph. `masks` are coefficients of
 * `prototypes`, `cutouts` are masks put together from both, one for each box. `values` is anything else.
 */
export type PartName = (typeof PART_NAMES)[number];

/** All of {@link PartName}. */
export const PART_NAMES = [
  "center",
  "size",
  "corners",
  "objectness",
  "classes",
  "score",
  "label",
  "masks",
  "prototypes",
  "cutouts",
  "keypoints",
  "rotation",
  "values",
] as const;

/** Consecutive places of an output along its axis. */
export interface OutputPart {
  readonly name: PartName;
  readonly kind: NumberKind;
  /** The number of places along the axis. */
  readonly count: number;
}

/** The content of one output of a graph: parts side by side along one axis, which they fill. */
export interface OutputLayout {
  /** The output's name in the graph. */
  readonly output: string;
  readonly axis: number;
  readonly parts: readonly OutputPart[];
}
