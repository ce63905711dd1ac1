import type { Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { type Difference, type NamedInput, type Provider, type Tolerance, widenTolerance } from "@yolo-compile/runtime";
import { openValues, type ValueRunner } from "../verify/run-values.js";
import { shakeLastBits } from "../verify-inputs/index.js";
import { type Sighting, worstOf } from "./outcome.js";

/** A value of the plain graph. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** Which values are expected on which inputs, and how others are compared with them. */
export interface ExpectationRequest {
  readonly plain: Graph;
  readonly values: readonly NamedValue[];
  readonly inputs: readonly NamedInput[];
  readonly provider: Provider;
  readonly tolerance: Tolerance;
  readonly compare: (name: string, reference: Tensor, candidate: Tensor) => Difference;
  /** Whether tensors stay in memory; else the plain graph runs each time. */
  readonly keep: boolean;
}

const SHAKE_SEED = 1;

/** What some values of the plain graph are on every input, and how far others may be from that: {@link widenTolerance}. */
export class Expectation {
  readonly #tensors: (readonly Tensor[])[] = [];
  readonly #allowed: (readonly number[])[] = [];

  private constructor(
    readonly request: ExpectationRequest,
    readonly runner: ValueRunner,
  ) {}

  /** Loads the plain graph. @throws runtime/load */
  static async open(request: ExpectationRequest): Promise<Expectation> {
    const values = request.values.map(({ value }) => value);
    return new Expectation(request, await openValues(request.plain, values, request.provider));
  }

  /** The worst difference on the input with that number, over what was found for values of the plain graph. @throws runtime/run */
  async worst(input: number, found: ReadonlyMap<Value, Tensor>): Promise<Sighting> {
    const { values, inputs, compare } = this.request;
    const tensors = await this.#expected(input);
    const allowed = this.#allowed[input] ?? (await this.#measure(input, tensors));
    this.#allowed[input] = allowed;
    const sightings = values.flatMap(({ name, value }, index): Sighting[] => {
      const tensor = found.get(value);
      if (!tensor) return [];
      const { maxRel, nonFinite } = compare(name, tensors[index]!, tensor);
      return [{ input: inputs[input]!.name, value: name, maxRel, nonFinite, allowed: allowed[index]! }];
    });
    return worstOf(sightings as [Sighting, ...Sighting[]]); // outputs are always found
  }

  release(): Promise<void> {
    return this.runner.release();
  }

  async #expected(input: number): Promise<readonly Tensor[]> {
    const known = this.#tensors[input];
    if (known) return known;
    const tensors = await this.runner.run(this.request.inputs[input]!.tensors);
    if (this.request.keep) this.#tensors[input] = tensors;
    return tensors;
  }

  async #measure(input: number, tensors: readonly Tensor[]): Promise<readonly number[]> {
    const { values, inputs, tolerance, compare } = this.request;
    const shaken = await this.runner.run(shakeLastBits(inputs[input]!, SHAKE_SEED).tensors);
    return values.map(
      ({ name }, index) => widenTolerance(tolerance, compare(name, tensors[index]!, shaken[index]!).maxRel).relative,
    );
  }
}
