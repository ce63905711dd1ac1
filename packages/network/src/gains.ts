import { roundHalfEven } from "@yolo-compile/core";

/** `math.ceil(x / divisor) * divisor`, make_divisible of the YOLO families. */
export const makeDivisible = (value: number, divisor: number): number => Math.ceil(value / divisor) * divisor;

/** Repeats after the depth gain: Python's `max(round(n * gain), 1) if n > 1 else n`. */
export const gainedRepeats = (repeats: number, depthMultiple: number): number =>
  repeats > 1 ? Math.max(roundHalfEven(repeats * depthMultiple), 1) : repeats;
