import { sameShape, sameSize, type ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { float, int, type OpContext, type OpSchema, op } from "../schema.js";
import { numberSupport } from "../support.js";
import { broadcast } from "./broadcast.js";
import { checkElementTypes, inputType, ranked } from "./context.js";

const GEMM = { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) };

function inferMatMul(node: OpContext): ValueType[] {
  const a = inputType(node, 0);
  const b = inputType(node, 1);
  if (a.shape.length < 2 || b.shape.length < 2) throw typeError(node.op, "both must be matrices", node.inputs);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  checkElementTypes(node);
  if (!batch || !sameSize(a.shape.at(-1), b.shape.at(-2)))
    throw typeError(node.op, "the shapes do not fit", node.inputs);
  return [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] }];
}

function inferGemm(node: OpContext<typeof GEMM>): ValueType[] {
  const [a, b] = [ranked(node, 0, 2).shape, ranked(node, 1, 2).shape];
  const [rows, inner] = node.attributes.transA ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [depth, columns] = node.attributes.transB ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (!sameSize(inner, depth)) throw typeError(node.op, "the shapes do not fit", node.inputs);
  checkElementTypes(node);
  const c = node.inputs[2];
  if (c && !sameShape(broadcast(c.shape, [rows, columns]) ?? [], [rows, columns]))
    throw typeError(node.op, "input 2 does not broadcast to the result", node.inputs);
  return [{ dtype: inputType(node, 0).dtype, shape: [rows, columns] }];
}

/** Products of matrices. */
export const MATRIX = {
  /** alpha * a @ b + beta * c */
  Gemm: op({
    support: numberSupport(),
    inputs: [2, 3],
    attributes: GEMM,
    infer: inferGemm,
    traits: { sums: "products" },
  }),
  MatMul: op({
    support: numberSupport(),
    inputs: [2, 2],
    attributes: {},
    infer: inferMatMul,
    traits: { sums: "products" },
  }),
} satisfies Record<string, OpSchema>;
