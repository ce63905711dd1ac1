import { decodeMaps, outputsOf } from "@yolo-compile/compiler";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { isOfMaps, readEnding } from "@yolo-compile/network";
import type { Tensors } from "@yolo-compile/runtime";
import { joinParts, type LaidOutput } from "@yolo-compile/vision";

/** Outputs, and their layouts as far as they are known. */
export interface ReadOutputs {
  readonly outputs: Tensors;
  readonly layouts: readonly OutputLayout[];
}

/**
 * A model's outputs as decoded boxes, whatever its ending: maps are decoded, parts are put side by side. Undefined where no
 * family recognises them.
 * @throws network/ending, detect/maps, detect/output
 */
export function readOutputs(outputs: Tensors, metadata: ReadonlyMap<string, string>): ReadOutputs | undefined {
  const facts = readEnding(metadata);
  if (facts && isOfMaps(facts)) return named(decodeMaps(facts, inOrder(outputs, facts.outputs)));
  const layouts = outputsOf({ outputs: [...outputs].map(([name, { shape }]) => ({ name, shape })), metadata });
  if (!layouts) return undefined;
  const laid = layouts.flatMap((layout): LaidOutput[] => {
    const tensor = outputs.get(layout.output);
    return tensor ? [{ tensor, layout }] : [];
  });
  return named(joinParts(laid));
}

/** By the places that the layouts give; a model renamed by hand keeps its own order. */
function inOrder(outputs: Tensors, layouts: readonly OutputLayout[]): readonly Tensor[] {
  const found = layouts.flatMap(({ output }) => outputs.get(output) ?? []);
  return found.length === layouts.length ? found : [...outputs.values()];
}

const named = (laid: readonly LaidOutput[]): ReadOutputs => ({
  outputs: new Map(laid.map(({ tensor, layout }) => [layout.output, tensor])),
  layouts: laid.map(({ layout }) => layout),
});
