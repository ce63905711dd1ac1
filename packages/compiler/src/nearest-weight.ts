import { nearestNames } from "@yolo-compile/core";

/** Names that are compared for likeness; more would take too long. */
const MOST_COMPARED = 500;

/** The candidate that is most like the name of a weight, if any is, and there are not too many. */
export const nearestWeight = (name: string, candidates: readonly string[]): string | undefined =>
  candidates.length > MOST_COMPARED ? undefined : nearestNames(name, candidates, 1)[0];
