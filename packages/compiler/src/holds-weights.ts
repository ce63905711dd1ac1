import { sameShape } from "@yolo-compile/core";
import type { ExpectedWeight, StoredWeights } from "@yolo-compile/network";

/** Whether every weight that a network needs is stored in its shape; one that the yaml gives too may be left out. */
export const holdsWeights = (stored: StoredWeights, expected: ReadonlyMap<string, ExpectedWeight>): boolean =>
  [...expected.values()].every(({ name, shape, fallback }) => {
    const found = stored.get(name);
    return found ? sameShape(found.shape, shape) : fallback !== undefined;
  });
