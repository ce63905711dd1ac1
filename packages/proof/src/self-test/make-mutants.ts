import type { CompiledGraphs } from "@yolo-compile/compiler";
import { crc32, isCompileError, type OutputLayout, uniformStream } from "@yolo-compile/core";
import { constantValue, type Graph, makersOf, type Node, nameNodes, type Value, verifyGraph } from "@yolo-compile/ir";
import { optimize, type PipelineName } from "@yolo-compile/passes";
import { applyEdits, changesNothing } from "./edit.js";
import type { Mutant, MutationOperator, Site } from "./mutation.js";
import { MUTATION_OPERATORS } from "./operators/index.js";

/** Options of the mutants. */
export interface MutantOptions {
  readonly seed: number;
  /** The pipeline that made the optimised graph. Default full. */
  readonly passes?: PipelineName;
  /** Default all of {@link MUTATION_OPERATORS}. */
  readonly operators?: readonly MutationOperator[];
  /** The layouts of the graph's outputs. */
  readonly layouts?: readonly OutputLayout[];
  /** {@link Site.isSaturated}; left out, no column is. */
  readonly isSaturated?: Site["isSaturated"];
}

/** Both graphs, and the replacements of the plain one's values in the optimised one. */
export type MutantSource = Pick<CompiledGraphs, "plain" | "optimized" | "replaced">;

/** The mutants of one operator, place after place. */
export interface MutantStream {
  readonly operator: string;
  readonly mutants: Iterator<Mutant, void>;
}

/**
 * Graphs with one mistake each, at seeded places: the same seed gives the same mutants. All of them are well formed, so
 * nothing but their numbers can give them away.
 */
export function mutantStreams(source: MutantSource, options: MutantOptions): readonly MutantStream[] {
  const { seed, passes = "full", operators = MUTATION_OPERATORS, layouts = [], isSaturated = () => false } = options;
  const stages = { optimized: graphFacts(readConstants(source.optimized)), plain: graphFacts(source.plain) };
  return operators.map((operator) => {
    const facts = stages[operator.stage];
    const { graph, producer } = facts;
    const site = { nodes: graph.nodes, producer, layouts, isSaturated, pick: picker(seed, operator.name) };
    return { operator: operator.name, mutants: mutantsOf(operator, site, facts, source, passes) };
  });
}

/** The first mutants of each operator. */
export function* makeMutants(
  source: MutantSource,
  options: MutantOptions & { readonly sites: number },
): Generator<Mutant> {
  for (const { mutants } of mutantStreams(source, options))
    for (let made = 0; made < options.sites; made++) {
      const { value, done } = mutants.next();
      if (done) break;
      yield value;
    }
}

function* mutantsOf(
  operator: MutationOperator,
  site: Site,
  facts: GraphFacts,
  source: MutantSource,
  passes: PipelineName,
): Generator<Mutant, void> {
  const places = facts.graph.nodes.filter(({ op }) => operator.ops.includes(op));
  for (const node of shuffle(places, site.pick)) {
    const mutant = attempt(() => makeMutant(operator, node, site, facts, source, passes));
    if (mutant) yield mutant;
  }
}

/** The result of `make`; undefined where a mistake leaves no well-formed graph, which types alone give away. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isCompileError(error)) return undefined;
    throw error;
  }
}

/** @throws ir/… where the mistake leaves no well-formed graph */
function makeMutant(
  { name, stage, mutate }: MutationOperator,
  node: Node,
  site: Site,
  { graph, names }: GraphFacts,
  { replaced }: MutantSource,
  passes: PipelineName,
): Mutant | undefined {
  const mutation = mutate(node, site);
  if (!mutation) return undefined;
  const { edits, change } = mutation;
  const edited = applyEdits(graph, edits);
  verifyGraph(edited);
  const result = stage === "optimized" ? { graph: edited, replaced } : optimize(edited, passes);
  const proof = mutation.proof ?? (changesNothing(mutation) ? "what changed is equal" : undefined);
  return {
    operator: name,
    where: names.get(node)!,
    change,
    graph: result.graph,
    replaced: result.replaced,
    ...(proof && { proof }),
  };
}

interface GraphFacts {
  readonly graph: Graph;
  /** As the exported model has them. */
  readonly names: ReadonlyMap<Node, string>;
  readonly producer: Site["producer"];
}

function graphFacts(graph: Graph): GraphFacts {
  const makers = makersOf(graph);
  return { graph, names: nameNodes(graph), producer: (value) => value && makers.get(value) };
}

/** The graph with folded constants read once, since each mutant reads them again. */
function readConstants(graph: Graph): Graph {
  const read = new Map<Value, Value>();
  const once = (value: Value): Value => {
    if (!value.constant) return value;
    const known = read.get(value) ?? constantValue(value.constant.read(), value.hint);
    read.set(value, known);
    return known;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => input && once(input)) })),
    outputs: graph.outputs.map((output) => ({ ...output, value: once(output.value) })),
  };
}

function picker(seed: number, name: string): Site["pick"] {
  const next = uniformStream(crc32(new TextEncoder().encode(name), seed));
  return (count) => Math.floor(next() * count);
}

/** Fisher and Yates. */
function shuffle(nodes: readonly Node[], pick: Site["pick"]): Node[] {
  const shuffled = [...nodes];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = pick(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}
