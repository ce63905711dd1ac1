import type { CompiledGraphs } from "@yolo-compile/compiler";
import { groupBy } from "@yolo-compile/core";
import { type Graph, hasOpenSizes } from "@yolo-compile/ir";
import { type ExpectedCase, type ModelSource, runReference, type ValueInfo } from "@yolo-compile/runtime";
import type { VerifyInput } from "../verify-inputs/index.js";
import { chooseInputs, type InputChoice } from "./choose-inputs.js";
import { shakeConstants } from "./shake-constants.js";

/** The plain graph, or one of its sizes: `plain at 1x3x64x96`. */
export type PlainName = PlainGraph | `${PlainGraph}, shaken ${number}`;

type PlainGraph = "plain" | `plain at ${string}`;

/** Makes the plain graph, or one of its sizes, a model that runs. */
export type PlaceReference = (name: PlainName, graph: Graph) => ModelSource;

/**
 * The inputs, and the outputs of the plain graph: of each size its own, where sizes are open, so that a mistake in what an
 * open graph computes about sizes shows.
 * @throws runtime/…, verify/…, network/…
 */
export async function referenceCases(
  { reference, referenceAt }: Pick<CompiledGraphs, "reference" | "referenceAt">,
  place: PlaceReference,
  choice: InputChoice,
): Promise<ExpectedCase<VerifyInput>[]> {
  const plain = reference.graph;
  const chosen = chooseInputs({ inputs: plain.inputs.map(describeInput) }, choice);
  if (!hasOpenSizes(plain)) return casesOf("plain", plain, place, chosen);
  const cases: ExpectedCase<VerifyInput>[] = [];
  for (const [size, inputs] of groupBy(chosen, (input) => shapeOf(input).join("x"))) {
    const [batch, , height, width] = shapeOf(inputs[0]!);
    const graph = referenceAt([height, width], batch);
    cases.push(...(await casesOf(`plain at ${size}`, graph, place, inputs)));
  }
  return cases;
}

/** A graph's inputs as a session tells them. */
export const describeInput = ({ hint, type: { dtype, shape } }: Graph["inputs"][number]): ValueInfo => ({
  name: hint,
  dtype,
  shape: shape.map((size) => (typeof size === "number" ? size : String(size))),
});

/** Of the network's one input. */
const shapeOf = ({ tensors }: VerifyInput) => [...tensors.values()][0]!.shape as [number, number, number, number];

function casesOf(name: PlainGraph, graph: Graph, place: PlaceReference, inputs: readonly VerifyInput[]) {
  const shaken = new Map<number, ModelSource>();
  const shakenModel = (seed: number): ModelSource => {
    const model = shaken.get(seed) ?? place(`${name}, shaken ${seed}`, shakeConstants(graph, seed));
    shaken.set(seed, model);
    return model;
  };
  return runReference({
    model: place(name, graph),
    name: "the plain graph",
    inputs: () => inputs,
    shakenModel,
  });
}
