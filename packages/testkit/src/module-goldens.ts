import { readFileSync } from "node:fs";
import {
  crc32,
  decodeBase64,
  elementCount,
  type LazyTensor,
  type OutputLayout,
  type Tensor,
  uniformStream,
  viewElements,
} from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { compareTensors, type OptimizationLevel, type Tolerance } from "@yolo-compile/runtime";
import { fixturePath } from "./fixtures.js";
import { runGraph } from "./run-graph.js";

/** A module, or a few rows of a yaml, with PyTorch's counts and outputs. */
export interface ModuleGolden {
  readonly name: string;
  /** Shape of the input: [n,c,h,w]. */
  readonly input: readonly number[];
  /** The inputs lie in [-span, span). */
  readonly span: number;
  /** `len(list(model.modules()))` */
  readonly modules: number;
  readonly parameters: number;
  /** Multiply-accumulates for this input, as thop counts them. */
  readonly macs: number;
  /** state_dict: shapes by name, without `num_batches_tracked`. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  readonly outputs: readonly Tensor[];
}

type Stored<Facts> = Facts &
  Omit<ModuleGolden, "weights" | "outputs"> & {
    readonly weights: readonly string[];
    readonly outputs: readonly { readonly shape: readonly number[]; readonly data: string }[];
  };

/** The goldens in a file of `fixtures/modules`; `Facts` are their further fields. */
export function readModuleGoldens<Facts>(file: string): (ModuleGolden & Facts)[] {
  // The file is ours; its README describes it.
  const stored = JSON.parse(readFileSync(fixturePath(`modules/${file}`), "utf8")) as Stored<Facts>[];
  return stored.map((golden) => ({
    ...golden,
    weights: new Map(golden.weights.flatMap(shapesOf)),
    outputs: golden.outputs.map(({ shape, data }) => ({
      dtype: "f32",
      shape,
      data: viewElements("f32", decodeBase64(data)!),
    })),
  }));
}

/** `model.0.bn.weight,bias 8` names two weights. */
function shapesOf(line: string): [string, number[]][] {
  const [, parent, names, shape] = /^(.*)\.([^.]+) (.*)$/.exec(line)!;
  const sizes = shape === "" ? [] : shape!.split("x").map(Number);
  return names!.split(",").map((name) => [`${parent}.${name}`, sizes]);
}

/** The input of a golden. */
export function goldenInput({ input, span }: Pick<ModuleGolden, "input" | "span">): Tensor {
  const next = uniformStream(1);
  const data = Float32Array.from({ length: elementCount(input) }, () => (2 * next() - 1) * span);
  return { dtype: "f32", shape: input, data };
}

/** A factor that keeps the outputs of a convolution about as large as its inputs. */
const GAIN = 2.2;

/** A weight of a golden by its name; none where the model has none of that name, or keeps its own value. */
export function goldenWeight({ weights }: ModuleGolden, name: string): LazyTensor | undefined {
  const shape = weights.get(name);
  if (!shape || name.endsWith(".anchors") || name.endsWith(".dfl.conv.weight")) return undefined;
  return formulaWeight(name, shape);
}

/** A weight that is made from its name and shape. */
export function formulaWeight(name: string, shape: readonly number[]): LazyTensor {
  const read = (): Tensor => {
    const [next, value] = [uniformStream(crc32(new TextEncoder().encode(name))), formula(name, shape)];
    return { dtype: "f32", shape, data: Float32Array.from({ length: elementCount(shape) }, () => value(next())) };
  };
  return { dtype: "f32", shape, read };
}

function formula(name: string, shape: readonly number[]): (u: number) => number {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === "running_mean" || last.endsWith("bias")) return (u) => 0.2 * (2 * u - 1);
  if (last === "running_var") return (u) => 0.5 + u;
  if (last === "attention_biases") return (u) => 2 * u - 1;
  if (shape.length === 1) return (u) => 0.8 + 0.4 * u;
  const gain = shape.length === 2 ? 1 : GAIN;
  const root = Math.sqrt(elementCount(shape.slice(1)));
  return (u) => ((2 * u - 1) * gain) / root;
}

/** float32 through a few layers, of the same weights in the same order: a right one stays below 4e-6. */
export const GOLDEN: Tolerance = { name: "GOLDEN", relative: 1e-5 };

/** A map is measured in one unit, its largest magnitude; of anything else scores are measured apart from boxes, by columns. */
function layoutOf(output: string, { shape }: Tensor): OutputLayout {
  const axis = shape.length === 4 ? shape.length : shape.length - 1;
  return { output, axis, parts: [{ name: "values", kind: "other", count: shape[axis] ?? 1 }] };
}

/** The largest difference of a graph's outputs from the golden's, as a share of their scale. */
export async function moduleError(golden: ModuleGolden, graph: Graph, level: OptimizationLevel): Promise<number> {
  const found = await runGraph(graph, { inputs: [goldenInput(golden)], level });
  if (found.length !== golden.outputs.length) return Number.POSITIVE_INFINITY;
  const errors = golden.outputs.map((expected, index) => {
    const name = `output${index}`;
    const { maxRel, nonFinite } = compareTensors(name, expected, found[index]!, layoutOf(name, expected));
    return nonFinite > 0 ? Number.POSITIVE_INFINITY : maxRel;
  });
  return Math.max(...errors);
}
