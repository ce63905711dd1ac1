import type { Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import type { Difference, NamedInput, Provider, Tolerance } from "@yolo-compile/runtime";
import { shakeLastBits } from "../verify-inputs/index.js";
import { runValues } from "./run-values.js";
import { type Sighting, worstOf } from "./verdict.js";

/** How two tensors of one name are compared. */
export type Compare = (name: string, reference: Tensor, candidate: Tensor) => Difference;

/** A value as the plain graph computes it on one input. */
interface ExpectedValue {
  readonly input: string;
  readonly name: string;
  readonly tensor: Tensor;
  readonly allowed: number;
}

/** What some values of the plain graph are on every input, and how far others may be from that. */
export interface Expectation {
  readonly inputs: readonly NamedInput[];
  /** The worst difference of what was found for the values on the input with that number. */
  worst(input: number, found: readonly Tensor[]): Sighting;
}

export interface ExpectationRequest {
  readonly plain: Graph;
  readonly values: readonly { readonly name: string; readonly value: Value }[];
  readonly inputs: readonly NamedInput[];
  readonly provider: Provider;
  readonly tolerance: Tolerance;
  readonly compare: Compare;
}

/** Of what the last bit of the input does to the plain graph, a right graph stays below this many times; measured 4. */
const ROUNDING = 10;

const SHAKE_SEED = 1;

/**
 * Runs the plain graph. A difference is allowed up to the tolerance, and where the plain graph itself moves by more than a
 * tenth of that when the last bits of the input change, up to ten times what it moves by: no float32 graph can do better.
 * @throws runtime/…
 */
export async function expectValues(request: ExpectationRequest): Promise<Expectation> {
  const { plain, values, inputs, provider, tolerance, compare } = request;
  const tensors = inputs.flatMap((input) => [input.tensors, shakeLastBits(input, SHAKE_SEED).tensors]);
  const results = await runValues(
    plain,
    values.map(({ value }) => value),
    tensors,
    provider,
  );
  const expected = inputs.map((input, at) =>
    values.map(({ name }, index): ExpectedValue => {
      const [tensor, shaken] = [results[2 * at]![index]!, results[2 * at + 1]![index]!];
      const allowed = Math.max(tolerance.relative, ROUNDING * compare(name, tensor, shaken).maxRel);
      return { input: input.name, name, tensor, allowed };
    }),
  );
  return {
    inputs,
    worst: (input, found) => {
      const sightings = expected[input]!.map((each, index) => look(each, found[index]!, compare));
      return worstOf(sightings as [Sighting, ...Sighting[]]); // a graph has outputs
    },
  };
}

function look({ input, name, tensor, allowed }: ExpectedValue, found: Tensor, compare: Compare): Sighting {
  const { maxRel, nonFinite } = compare(name, tensor, found);
  return { input, value: name, maxRel, nonFinite, allowed };
}
