import type { OutputLayout } from "@yolo-compile/core";
import { parseGraph, printGraph } from "@yolo-compile/ir";
import { makeMutants } from "../make-mutants.js";
import type { Mutant } from "../mutation.js";
import { MUTATION_OPERATORS } from "../operators/index.js";

/** A mutant of a graph, as text. */
export interface MutationText {
  readonly change: string;
  /** Lines of the mutant that the graph has not, without origins. */
  readonly lines: readonly string[];
  readonly proof?: string;
}

const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim().replace(/ @ .*$/, ""));

/** The mutants that one operator makes of a graph, at every place. */
function mutantsOf(text: string, name: string, seed = 1, layouts: readonly OutputLayout[] = []): Mutant[] {
  const graph = parseGraph(text);
  const operators = MUTATION_OPERATORS.filter((operator) => operator.name === name);
  if (operators.length !== 1) throw new Error(`no operator ${name}`);
  return [
    ...makeMutants({ plain: graph, optimized: graph, replaced: new Map() }, { seed, sites: 99, operators, layouts }),
  ];
}

/** The mutants of one operator, as text. */
export function mutate(text: string, name: string, seed = 1, layouts: readonly OutputLayout[] = []): MutationText[] {
  const before = new Set(linesOf(printGraph(parseGraph(text))));
  return mutantsOf(text, name, seed, layouts).map(({ change, graph, proof }) => ({
    change,
    lines: linesOf(printGraph(graph)).filter((line) => !before.has(line)),
    ...(proof && { proof }),
  }));
}
