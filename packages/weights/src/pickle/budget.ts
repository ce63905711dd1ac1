import { walkLimit } from "../diagnostics.js";
import { WALK_LIMITS } from "./limits.js";

const REASON = "a file with few references to the same values can spell very many: no network needs that";

/** Counts the work of walking values that may be shared exponentially often. One budget serves a whole checkpoint. */
export class WalkBudget {
  #steps = 0;
  #textLength = 0;

  constructor(readonly limits: { readonly [K in keyof typeof WALK_LIMITS]: number } = WALK_LIMITS) {}

  /** @throws weights/limit */
  spend(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > this.limits.steps) throw walkLimit("the number of values", this.limits.steps, REASON);
  }

  /** @throws weights/limit */
  spendText(length: number): void {
    this.#textLength += length;
    if (this.#textLength > this.limits.textLength)
      throw walkLimit("the length of all strings", this.limits.textLength, REASON);
  }

  /** @throws weights/limit */
  checkDepth(depth: number): void {
    if (depth > this.limits.depth) throw walkLimit("the depth of nested values", this.limits.depth, REASON);
  }

  /** @throws weights/limit */
  checkName(name: string): string {
    if (name.length > this.limits.nameLength)
      throw walkLimit("the length of a weight's name", this.limits.nameLength, REASON);
    return name;
  }

  /** @throws weights/limit */
  checkWeights(count: number): void {
    if (count > this.limits.weights) throw walkLimit("the number of weights", this.limits.weights, REASON);
  }
}
