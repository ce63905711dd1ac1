import { elementCount, type Tensor, toFloat64 } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import type { Statistics } from "@yolo-compile/report";
import { compareTensors, type Difference, type Provider, type Tolerance } from "@yolo-compile/runtime";
import {
  type AlignedLayer,
  type AlignedValue,
  type AlignmentSource,
  alignedTensor,
  alignLayers,
} from "./align-layers.js";
import { bindingsOf } from "./bindings.js";
import { type GraphInputs, valuesOn } from "./run-values.js";

/** One output of a yaml row, compared where both graphs have it. */
export interface LayerComparison extends AlignedLayer {
  readonly compared?: Difference & { readonly ok: boolean; readonly statistics: Statistics };
}

/** Two graphs of one network, and the input that they are compared on. */
export interface LayersRequest {
  readonly source: AlignmentSource;
  readonly inputs: GraphInputs;
  readonly provider: Provider;
  readonly tolerance: Tolerance;
}

/**
 * Runs both graphs on the same input with ONNX Runtime's own rewriting off and compares every row's output that both have.
 * The scale of an error is the largest magnitude of the whole output. The plain graph runs on `plainProvider`.
 * @throws runtime/…
 */
export async function compareLayers(
  { source, inputs, provider, tolerance }: LayersRequest,
  plainProvider: Provider = provider,
): Promise<readonly LayerComparison[]> {
  const aligned = alignLayers(source);
  const pairs = aligned.flatMap((each) => each.aligned ?? []);
  const values = (side: (pair: AlignedValue) => Value): Value[] => pairs.map(side);
  const plain = await valuesOn(
    source.plain,
    values((pair) => pair.plain),
    inputs,
    plainProvider,
  );
  const optimized = await valuesOn(
    source.optimized,
    values((pair) => pair.optimized),
    inputs,
    provider,
  );
  const bindings = bindingsOf(source.plain, inputs);
  return aligned.map((each) => {
    if (!each.aligned) return each;
    const at = pairs.indexOf(each.aligned);
    const difference = compareWhole(each.plain.hint, plain[at]!, alignedTensor(each.aligned, optimized[at]!, bindings));
    const ok = isWithin(difference, tolerance);
    return { ...each, compared: { ...difference, ok, statistics: statisticsOf(plain[at]!) } };
  });
}

/** Compares element by element in row-major order, whatever the shapes; the scale is the reference's largest magnitude. */
export const compareWhole = (name: string, reference: Tensor, candidate: Tensor): Difference =>
  compareTensors(name, flat(reference), flat(candidate));

const flat = (tensor: Tensor): Tensor => ({ ...tensor, shape: [elementCount(tensor.shape)] });

/** Whether no element is non-finite and the largest relative error is allowed. */
export const isWithin = ({ nonFinite, maxRel }: Difference, { relative }: Tolerance): boolean =>
  nonFinite === 0 && maxRel <= relative;

/** Statistics of all elements. */
export function statisticsOf(tensor: Tensor): Statistics {
  const values = toFloat64(tensor);
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { min, max, mean, std: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}
