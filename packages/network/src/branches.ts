import type { Value } from "@yolo-compile/ir";
import { channelsOf } from "./nn.js";
import type { Scope } from "./trace.js";

/** The sum of several values, the first two first. */
export const sum = (scope: Scope, values: readonly Value[]): Value =>
  values.reduce((total, value) => scope.op("Add", [total, value]));

/** Whether a map itself can be a branch beside convolutions to `c2` channels of stride `s`: where these keep its shape. */
export const hasIdentity = (x: Value, c2: number, s: number): boolean => s === 1 && channelsOf(x) === c2;

/** The magnitude of random branches of a sum of `count`, so that the sum is about as large as one of them. */
export const shareOf = (count: number): number => 1 / Math.sqrt(count);
