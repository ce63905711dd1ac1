import type { CompiledGraphs } from "@yolo-compile/compiler";
import {
  addSizes,
  allocate,
  type Bindings,
  elementCount,
  evaluateSize,
  productOf,
  type Size,
  sameSize,
  type Tensor,
} from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import { type Replacements, replacementOf } from "@yolo-compile/passes";

/** The place of a value's elements in a larger value. */
export interface Part {
  /** Shape of the larger value. */
  readonly whole: readonly Size[];
  readonly axis: number;
  readonly start: Size;
}

/** A value of the plain graph, and the value of the optimised graph that holds the same elements in the same order. */
export interface AlignedValue {
  readonly plain: Value;
  readonly optimized: Value;
  /** Set where the plain value went into a Concat: `optimized` is that Concat's result. */
  readonly part?: Part;
}

/** One output of a yaml row. */
export interface AlignedLayer {
  readonly layer: TracedLayer;
  /** The position among the row's outputs; most rows have one. */
  readonly output: number;
  readonly plain: Value;
  /** Absent where a rewrite split the value up. */
  readonly aligned?: AlignedValue;
}

/** Two graphs of one source, and the replacements between them. */
export type AlignmentSource = Pick<CompiledGraphs, "plain" | "optimized" | "replaced" | "layers">;

/** Every output of every row with its counterpart in the optimised graph, in the order of the yaml. */
export function alignLayers({ layers, ...graphs }: AlignmentSource): readonly AlignedLayer[] {
  const align = aligner(graphs);
  return layers.flatMap((layer) =>
    layer.outputs.map((plain, output) => {
      const aligned = align(plain);
      return { layer, output, plain, ...(aligned && { aligned }) };
    }),
  );
}

/** Every computed value of the plain graph that has a counterpart, in topological order. */
export function alignValues(graphs: Omit<AlignmentSource, "layers">): readonly AlignedValue[] {
  const align = aligner(graphs);
  return graphs.plain.nodes
    .flatMap(({ outputs }) => outputs)
    .flatMap((value) => align(value) ?? [])
    .filter(({ optimized }) => !optimized.constant);
}

type Align = (plain: Value) => AlignedValue | undefined;

function aligner({ plain, optimized, replaced }: Omit<AlignmentSource, "layers">): Align {
  const present = valuesOf(optimized);
  const joined = joinedValues(plain);
  const find = (value: Value): AlignedValue | undefined => {
    const found = present(value, replaced);
    if (found) return { plain: value, optimized: found };
    const join = joined.get(value);
    const whole = join && present(join.into, replaced);
    return whole && { plain: value, optimized: whole, part: join.part };
  };
  return find;
}

function valuesOf({ inputs, nodes }: Graph): (value: Value, replaced: Replacements) => Value | undefined {
  const present = new Set([...inputs, ...nodes.flatMap(({ outputs }) => outputs)]);
  return (value, replaced) => {
    const found = replacementOf(value, replaced);
    const same =
      value.type.dtype === found.type.dtype && sameSize(productOf(value.type.shape), productOf(found.type.shape));
    return same && (found.constant || present.has(found)) ? found : undefined;
  };
}

interface Joined {
  readonly into: Value;
  readonly part: Part;
}

/** For each value that a Concat takes, its place in the result. */
function joinedValues({ nodes }: Graph): ReadonlyMap<Value, Joined> {
  const joined = new Map<Value, Joined>();
  for (const node of nodes) {
    if (node.op !== "Concat") continue;
    const [into] = node.outputs as [Value];
    const axis = (node.attributes.axis + into.type.shape.length) % into.type.shape.length;
    let start: Size = 0;
    for (const input of node.inputs as readonly Value[]) {
      joined.set(input, { into, part: { whole: into.type.shape, axis, start } });
      start = addSizes(start, input.type.shape[axis]!);
    }
  }
  return joined;
}

/** The elements of the plain value, out of the tensor that the optimised graph gave, at the sizes of a run. */
export function alignedTensor({ plain, part }: AlignedValue, found: Tensor, bindings: Bindings): Tensor {
  const { dtype } = plain.type;
  const shape = plain.type.shape.map((size) => evaluateSize(size, bindings));
  if (!part) return { ...found, shape };
  const { axis } = part;
  const whole = part.whole.map((size) => evaluateSize(size, bindings));
  const start = evaluateSize(part.start, bindings);
  const inner = elementCount(whole.slice(axis + 1));
  const size = shape[axis]! * inner;
  const data = allocate(dtype, elementCount(shape));
  for (let outer = 0; outer < elementCount(whole.slice(0, axis)); outer++) {
    const from = (outer * whole[axis]! + start) * inner;
    data.set(found.data.subarray(from, from + size) as never, outer * size); // both of the element type `dtype`
  }
  return { dtype, shape, data };
}
