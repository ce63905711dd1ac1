import { areFixed, elementCount, isFloat, type Tensor } from "@yolo-compile/core";
import { constantValue, foldNode, isKnownOp, type Node, type Value } from "@yolo-compile/ir";
import { modelNode, overLimit } from "./diagnostics.js";
import type { Lift } from "./lift.js";
import { liftNode } from "./lift-ops.js";
import { MOST_FOLDED, MOST_PARAMETERS, type ReadContext } from "./limits.js";
import { OWN_FOLDS } from "./own-folds.js";
import type { NodeRecord } from "./read-node.js";

/** A node of a file with its inputs, and a way to read it as nodes of the IR. */
export interface FoldableNode {
  readonly record: NodeRecord;
  readonly inputs: readonly (Value | undefined)[];
  readonly where: string;
  readonly lift: () => Lift;
}

/**
 * Computes, while a file is read, what exporters compute from shapes: integers and what is made of them, such as grids. All
 * other nodes stay, although their inputs may be constants.
 */
export class ConstantFolder {
  /** Constants that were computed here. */
  readonly #made = new Set<Value>();
  #elements = 0;

  constructor(readonly context: ReadContext) {}

  /** Notes a constant that was computed from a shape. */
  note(value: Value): void {
    this.#made.add(value);
  }

  /** The outputs of a node as constants; undefined where it is no such computation. @throws onnx/limit, onnx/node */
  fold(node: FoldableNode): readonly Value[] | undefined {
    const isConstant = node.inputs.every((input) => !input || input.constant);
    const isOwn = OWN_FOLDS.has(node.record.op) && (isConstant || !isKnownOp(node.record.op));
    const tensors = isOwn ? [this.#foldOwn(node)] : this.#foldLifted(node);
    return tensors?.map((tensor, index) => {
      const value = constantValue(tensor, node.record.outputs[index] ?? "");
      this.#made.add(value);
      return value;
    });
  }

  /** The output of a node that the IR does not have, or not in every form. */
  #foldOwn({ record, inputs, where }: FoldableNode): Tensor {
    const computed = inputs.find((input) => input && !input.constant);
    if (computed)
      throw modelNode(
        record.op,
        `it takes %${computed.hint}, which is computed; only constants can be read there`,
        where,
      );
    const allow = (count: number): void => {
      this.#elements += count;
      if (!(this.#elements <= MOST_FOLDED))
        throw overLimit(this.context.file, "elements that it computes from constants", MOST_FOLDED);
    };
    const found = OWN_FOLDS.get(record.op)!(
      inputs.flatMap((input) => input?.constant?.read() ?? []),
      { record, context: this.context, where, allow },
    );
    if (!found) throw modelNode(record.op, "its inputs have no result", where);
    return found;
  }

  /** The outputs of a node that the IR has too. */
  #foldLifted({ inputs, lift }: FoldableNode): readonly Tensor[] | undefined {
    const given = inputs.filter((input) => input !== undefined);
    const fromShapes = given.some((value) => this.#made.has(value)) || given.every(holdsIntegers);
    if (given.length === 0 || !fromShapes || given.some(({ constant }) => !constant)) return undefined;
    const lifted = lift();
    const outputs = liftNode(lifted);
    const known = new Map<Value, Tensor>();
    for (const node of lifted.nodes) {
      const count = elementsOf(node);
      if (count === undefined || this.#elements + count > MOST_FOLDED) return undefined;
      this.#elements += count;
      const tensors = foldNode(
        node,
        node.inputs.map((input) => input && (known.get(input) ?? input.constant?.read())),
      );
      if (!tensors) return undefined;
      node.outputs.forEach((output, index) => {
        known.set(output, tensors[index]!);
      });
    }
    return outputs.map((output) => known.get(output)!);
  }
}

const holdsIntegers = ({ constant }: Value): boolean =>
  constant !== undefined && !isFloat(constant.dtype) && elementCount(constant.shape) <= MOST_PARAMETERS;

/** The number of elements that a node takes and gives; undefined where a size has a symbol. */
function elementsOf({ inputs, outputs }: Node): number | undefined {
  const shapes = [...inputs, ...outputs].flatMap((value) => (value ? [value.type.shape] : []));
  return shapes.every(areFixed) ? shapes.reduce((sum, shape) => sum + elementCount(shape), 0) : undefined;
}
