import type { Tensor } from "@yolo-compile/core";
import { sameType } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { decodeModel } from "@yolo-compile/onnx";
import type { Provider } from "@yolo-compile/runtime";
import { type GraphInputs, valuesOn } from "./run-values.js";
import type { ModelFile } from "./subject.js";

/** A model of another tool that is read for one input. */
export interface ForeignGraph {
  readonly graph: Graph;
  /** The input's tensors under the model's names. */
  readonly inputs: GraphInputs;
}

/** Reads a model with the shapes of an input; names that it does not have count by position. @throws onnx/… */
export function openForeign({ bytes, name, info }: ModelFile, tensors: GraphInputs): ForeignGraph {
  const names = info.inputs.map((input) => input.name);
  const same = names.every((each) => tensors.has(each));
  const inputs = same ? tensors : new Map([...tensors.values()].map((tensor, index) => [names[index] ?? "", tensor]));
  const shapes = new Map([...inputs].map(([each, { shape }]) => [each, shape]));
  return { graph: decodeModel(bytes, name, { shapes }), inputs };
}

/** The yaml row in a module's path, which may stand inside other modules: 17 for `wrapped.model.17.m.0`. */
export function foreignRow(path: string): number | undefined {
  const row = /(?:^|\.)model\.(\d+)(?:\.|$)/.exec(path)?.[1];
  return row === undefined ? undefined : Number(row);
}

/** The most bytes of values that are asked for in one run: all values of a large network together do not fit in memory. */
const MOST_BYTES = 1 << 28;

const BYTES_PER_ELEMENT = 4;

/** Runs the graph as often as it takes, and hands over the tensor of each value. @throws runtime/… */
export async function eachValue(
  { graph, inputs }: ForeignGraph,
  values: readonly Value[],
  provider: Provider,
  visit: (value: Value, tensor: Tensor) => void,
): Promise<void> {
  for (let from = 0; from < values.length; ) {
    let [to, bytes] = [from, 0];
    while (to < values.length && (to === from || bytes < MOST_BYTES)) bytes += bytesOf(values[to++]!);
    const part = values.slice(from, to);
    const tensors = await valuesOn(graph, part, inputs, provider);
    part.forEach((value, index) => {
      visit(value, tensors[index]!);
    });
    from = to;
  }
}

const bytesOf = ({ type }: Value): number =>
  type.shape.reduce<number>((product, size) => product * (typeof size === "number" ? size : 1), BYTES_PER_ELEMENT);

/** Whether two values have one element type and shape. */
export const alike = (a: Value, b: Value): boolean => sameType(a.type, b.type);
