import { usage } from "./diagnostics.js";

/** A whole number from 1 on. @throws usage */
export function positiveInteger(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw usage(`--${option} is ${value}, expected a whole number from 1 on`);
  return value;
}

/** A number from 0 to 1. @throws usage */
export function fraction(option: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw usage(`--${option} is ${value}, expected a number from 0 to 1`);
  return value;
}
