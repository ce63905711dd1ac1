import { expect, test } from "@jest/globals";
import { shareOfTolerance } from "./share-of-tolerance.js";

test("the share of the tolerance that an error uses", () =>
  expect([
    shareOfTolerance(2e-4, 1e-4),
    shareOfTolerance(0, 0),
    shareOfTolerance(1, 0),
    shareOfTolerance(Number.NaN, 1),
  ]).toEqual([2, 0, Infinity, Infinity]));
