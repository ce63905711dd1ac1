import { isCompileError, type Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { compareTensors, type NamedInput, type Provider, type Tolerance } from "@yolo-compile/runtime";
import { alignedTensor, alignValues } from "../verify/align-layers.js";
import { compareWhole } from "../verify/compare-layers.js";
import { openValues, runValues } from "../verify/run-values.js";
import { Expectation } from "./expectation.js";
import type { MutantSource } from "./make-mutants.js";
import type { Mutant } from "./mutation.js";
import { excess, type MutantOutcome, type Sighting, worstOf } from "./outcome.js";

/** What mutants are judged by. */
export interface MutantJudgeRequest {
  readonly compiled: MutantSource;
  readonly provider: Provider;
  /** At least one. The first are tried first: those that tell most apart belong there. */
  readonly inputs: readonly NamedInput[];
  readonly tolerance: Tolerance;
  /** Whether values inside are compared where no output gives a mutant away, as `--layers` does. Default true. */
  readonly inside?: boolean;
}

const outputValues = ({ outputs }: Graph): readonly Value[] => outputs.map(({ value }) => value);

/** Judges graphs by what the plain graph computes. */
export class MutantJudge {
  /** Values inside, loaded when first asked for. */
  #inside: Expectation | undefined;

  private constructor(
    readonly request: MutantJudgeRequest,
    readonly outputs: Expectation,
    /** Outputs of the unchanged optimised graph, for each input. */
    readonly unchanged: readonly (readonly Tensor[])[],
  ) {}

  /** @throws runtime/… */
  static async open(request: MutantJudgeRequest): Promise<MutantJudge> {
    const { compiled, provider, inputs } = request;
    const { plain, optimized } = compiled;
    const outputs = await Expectation.open({
      ...request,
      plain,
      values: plain.outputs,
      compare: compareTensors,
      keep: true,
    });
    const tensors = inputs.map((input) => input.tensors);
    return new MutantJudge(request, outputs, await runValues(optimized, outputValues(optimized), tensors, provider));
  }

  /** The worst difference of the unchanged graph. @throws runtime/… */
  async baseline(): Promise<Sighting> {
    const sightings: Sighting[] = [];
    for (const [at, found] of this.unchanged.entries()) sightings.push(await this.#lookAtOutputs(at, found));
    return worstOf(sightings as [Sighting, ...Sighting[]]); // one an input
  }

  /** @throws what is no CompileError */
  async judge(mutant: Mutant): Promise<MutantOutcome> {
    if (mutant.proof !== undefined) return { kind: "equivalent", proof: mutant.proof };
    try {
      const { sighting, same } = await this.#runOutputs(mutant.graph);
      if (same) return { kind: "indistinguishable" };
      if (excess(sighting) > 1) return { kind: "caught", by: "outputs", sighting };
      const inside = this.request.inside === false ? undefined : await this.#runInside(mutant);
      if (inside && excess(inside) > 1) return { kind: "caught", by: "inside", sighting: inside };
      return { kind: "survived", sighting };
    } catch (error) {
      if (!isCompileError(error)) throw error;
      return { kind: "refused", reason: error.diagnostic.message };
    }
  }

  async release(): Promise<void> {
    await this.outputs.release();
    await this.#inside?.release();
  }

  #lookAtOutputs(input: number, found: readonly Tensor[]): Promise<Sighting> {
    const { plain } = this.request.compiled;
    return this.outputs.worst(input, new Map(outputValues(plain).map((value, index) => [value, found[index]!])));
  }

  /** Runs input after input until one of them gives the mutant away. */
  async #runOutputs(graph: Graph): Promise<{ readonly sighting: Sighting; readonly same: boolean }> {
    let same = true;
    const sighting = await this.#search(graph, outputValues(graph), (input, found) => {
      same &&= found.every((tensor, index) => sameBits(tensor, this.unchanged[input]![index]!));
      return this.#lookAtOutputs(input, found);
    });
    return { sighting, same };
  }

  /** The same over every value of the plain graph that the mutant has as well. */
  async #runInside({ graph, replaced }: Mutant): Promise<Sighting> {
    const { compiled } = this.request;
    const pairs = alignValues({ plain: compiled.plain, optimized: graph, replaced });
    this.#inside ??= await this.#openInside();
    const inside = this.#inside;
    return this.#search(
      graph,
      pairs.map(({ optimized }) => optimized),
      (input, found) =>
        inside.worst(input, new Map(pairs.map((pair, index) => [pair.plain, alignedTensor(pair, found[index]!)]))),
    );
  }

  #openInside(): Promise<Expectation> {
    const { plain, optimized, replaced } = this.request.compiled;
    const values = alignValues({ plain, optimized, replaced }).map(({ plain: value }) => ({ name: value.hint, value }));
    return Expectation.open({ ...this.request, plain, values, compare: compareWhole, keep: false });
  }

  async #search(
    graph: Graph,
    values: readonly Value[],
    look: (input: number, found: readonly Tensor[]) => Promise<Sighting>,
  ): Promise<Sighting> {
    const { inputs, provider } = this.request;
    const runner = await openValues(graph, values, provider);
    const sightings: Sighting[] = [];
    try {
      for (const [at, input] of inputs.entries()) {
        const sighting = await look(at, await runner.run(input.tensors));
        if (excess(sighting) > 1) return sighting;
        sightings.push(sighting);
      }
    } finally {
      await runner.release();
    }
    return worstOf(sightings as [Sighting, ...Sighting[]]); // one an input
  }
}

const sameBits = (a: Tensor, b: Tensor): boolean => a.data.every((element, index) => Object.is(element, b.data[index]));
