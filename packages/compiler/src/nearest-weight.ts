import { nearestNames } from "@yolo-compile/core";

/** The most names that are compared for likeness, which takes quadratic time. */
const MOST_COMPARED = 500;

/** The candidate whose name is most like that of a weight; undefined where none is like it, or there are too many. */
export const nearestWeight = (name: string, candidates: readonly string[]): string | undefined =>
  candidates.length > MOST_COMPARED ? undefined : nearestNames(name, candidates, 1)[0];
