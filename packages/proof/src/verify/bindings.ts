import { type Bindings, divideSizes, isFixed, substitute, subtractSizes, symbolsOf } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import type { GraphInputs } from "./run-values.js";

/** The values that the inputs of a run give to a graph's symbols. Symbols that no input's size tells alone have none. */
export function bindingsOf({ inputs }: Pick<Graph, "inputs">, tensors: GraphInputs): Bindings {
  const bindings = new Map<string, number>();
  for (const { hint, type } of inputs)
    for (const [axis, size] of type.shape.entries()) {
      const [symbol, ...more] = symbolsOf(size);
      const found = tensors.get(hint)?.shape[axis];
      if (symbol === undefined || more.length > 0 || found === undefined || bindings.has(symbol)) continue;
      // size = factor * symbol + rest
      const rest = substitute(size, new Map([[symbol, 0]]));
      const factor = subtractSizes(substitute(size, new Map([[symbol, 1]])), rest);
      const value = divideSizes(subtractSizes(found, rest), factor);
      if (value !== undefined && isFixed(value)) bindings.set(symbol, value);
    }
  return bindings;
}
