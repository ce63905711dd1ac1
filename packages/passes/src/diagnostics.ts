import { CompileError } from "@yolo-compile/core";
import type { Node } from "@yolo-compile/ir";

/**
 * A patch uses a value that is not there yet, or replaces one that is not the matched node's or by one of another type.
 */
export const brokenPatch = (rule: string, node: Node, problem: string): CompileError =>
  new CompileError({
    code: "passes/patch",
    blame: "fault",
    message: `the rule ${rule} made a broken patch for ${node.op}: ${problem}`,
    hint: "this is a fault of the rule, not of the model",
    where: node.origin.path,
  });

/** A pass still finds rewrites when its sweeps are used up; `rule` made the first of the last sweep. */
export const endlessRule = (pass: string, sweeps: number, rule: string): CompileError =>
  new CompileError({
    code: "passes/endless",
    blame: "fault",
    message: `the pass ${pass} still finds rewrites after ${sweeps} sweeps, the last by ${rule}`,
    hint: "two rules undo each other",
  });

/** BatchNormalization nodes are gone and no rule accounts for them; `lost` has their paths. */
export const batchNormLost = (lost: readonly string[]): CompileError =>
  new CompileError({
    code: "passes/batch-norm-lost",
    blame: "fault",
    message: `${lost.length} BatchNormalization nodes are neither in the graph nor folded into another node`,
    hint: "this is a fault of a rewrite: the result would be wrong",
    details: lost,
  });

/** A pipeline is asked for that does not exist. */
export const unknownPipeline = (name: string, known: readonly string[]): CompileError =>
  new CompileError({
    code: "passes/pipeline",
    message: `--passes ${name} is not known`,
    hint: `one of ${known.join(", ")}`,
  });

/** A word of `--half-keep` or `--int8-keep` is neither an op nor a row nor a path of the graph. */
export const keepsNothing = (word: string, nodes: readonly Node[]): CompileError =>
  new CompileError({
    code: "passes/keep",
    message: `${word} names no op, row or path of the graph`,
    hint: `its ops are ${[...new Set(nodes.map(({ op }) => op))].sort().join(", ")}; a row is its number, or a path such as ${nodes.find(({ origin }) => origin.path)?.origin.path ?? "model.0"}`,
  });
