import { expect, test } from "@jest/globals";
import { toNumbers } from "@yolo-compile/core";
import { biasIndices } from "./attention.js";

/** The bias indices of the original, which numbers offsets in the order in which pairs of tokens first have them. */
function numberedByAppearance(side: number): number[] {
  const numbers = new Map<string, number>();
  const tokens = Array.from({ length: side * side }, (_, token) => [Math.floor(token / side), token % side] as const);
  return tokens.flatMap(([row, column]) =>
    tokens.map(([otherRow, otherColumn]) => {
      const offset = `${Math.abs(row - otherRow)},${Math.abs(column - otherColumn)}`;
      if (!numbers.has(offset)) numbers.set(offset, numbers.size);
      return numbers.get(offset)!;
    }),
  );
}

test.each([1, 2, 3, 4, 7])("bias indices of a square of side %i count offsets as they appear", (side) => {
  const indices = biasIndices(side);
  expect(indices.shape).toEqual([side ** 2, side ** 2]);
  expect(toNumbers(indices)).toEqual(numberedByAppearance(side));
});
