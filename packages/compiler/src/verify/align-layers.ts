import { elementCount } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { standIn } from "@yolo-compile/passes";
import type { TracedLayer } from "@yolo-compile/yolov5";
import type { CompiledModel } from "../compile.js";

/** Two values that must be equal: one of the plain graph, one of the optimised graph with the same elements in the same order. */
export interface AlignedValue {
  readonly plain: Value;
  readonly optimized: Value;
}

/** One output of a yaml row. */
export interface AlignedLayer {
  readonly layer: TracedLayer;
  /** Which of the row's outputs; most rows have one. */
  readonly output: number;
  readonly plain: Value;
  /** Left out where a rewrite took the value apart. */
  readonly optimized?: Value;
}

/** What two graphs that come from one source have in common. */
export type AlignmentSource = Pick<CompiledModel, "plain" | "optimized" | "replaced" | "layers">;

/** Every output of every row with what stands for it in the optimised graph, in the order of the yaml. */
export function alignLayers({ layers, optimized, replaced }: AlignmentSource): readonly AlignedLayer[] {
  const present = valuesOf(optimized);
  return layers.flatMap((layer) =>
    layer.outputs.map((plain, output) => {
      const found = standIn(plain, replaced);
      return { layer, output, plain, ...(matches(plain, found, present) && { optimized: found }) };
    }),
  );
}

/** Every computed value of the plain graph that has a stand-in, in topological order. */
export function alignValues({ plain, optimized, replaced }: Omit<AlignmentSource, "layers">): readonly AlignedValue[] {
  const present = valuesOf(optimized);
  return plain.nodes
    .flatMap(({ outputs }) => outputs)
    .map((value) => ({ plain: value, optimized: standIn(value, replaced) }))
    .filter(({ plain: value, optimized: found }) => !found.constant && matches(value, found, present));
}

const valuesOf = ({ inputs, nodes }: Graph): ReadonlySet<Value> =>
  new Set([...inputs, ...nodes.flatMap(({ outputs }) => outputs)]);

const matches = (plain: Value, found: Value, present: ReadonlySet<Value>): boolean =>
  (found.constant !== undefined || present.has(found)) &&
  plain.type.dtype === found.type.dtype &&
  elementCount(plain.type.shape) === elementCount(found.type.shape);
