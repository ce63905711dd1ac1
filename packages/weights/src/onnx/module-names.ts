import { groupBy } from "@yolo-compile/core";
import { type ModelInitializers, moduleParts } from "@yolo-compile/onnx";

type NodeRecord = ModelInitializers["nodes"][number];

/** state_dict names of an op's inputs, from the second on. */
const PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Conv", ["weight", "bias"]],
  ["ConvTranspose", ["weight", "bias"]],
  ["BatchNormalization", ["weight", "bias", "running_mean", "running_var"]],
]);

/** A name that has the path of a module, perhaps of some of its channels. Exporters that fold BatchNorm make up `onnx::Conv_123` and the like. */
const OWN_NAME = /^[\w-]+(\.[\w-]+)+(:\d+-\d+)?$/;

/**
 * state_dict names for the initializers that have made-up ones: torch.onnx keeps the path of a module in the names of its
 * nodes. An initializer that several modules share has several.
 */
export function moduleNames({ tensors, nodes }: ModelInitializers): ReadonlyMap<string, readonly string[]> {
  const named = nodes
    .flatMap(parametersOf)
    .filter(([initializer, name]) => tensors.has(initializer) && !OWN_NAME.test(initializer) && !tensors.has(name));
  const groups = groupBy(named, ([initializer]) => initializer);
  return new Map([...groups].map(([initializer, pairs]) => [initializer, pairs.map(([, name]) => name)]));
}

function parametersOf({ name, op, inputs }: NodeRecord): (readonly [initializer: string, name: string])[] {
  const path = modulePath(name);
  if (path === undefined) return [];
  return (PARAMETERS.get(op) ?? []).flatMap((parameter, index) => {
    const initializer = inputs[index + 1];
    return initializer ? [[initializer, `${path}.${parameter}`] as const] : [];
  });
}

/** `/model.2/m/m.0/cv1/conv/Conv` -> `model.2.m.0.cv1.conv` */
function modulePath(node: string): string | undefined {
  const parts = moduleParts(node).slice(0, -1);
  return parts.length > 0 ? parts.join(".") : undefined;
}
