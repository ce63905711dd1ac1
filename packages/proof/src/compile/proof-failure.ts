import { CompileError, isCompileError } from "@yolo-compile/core";
import type { OutputComparison } from "@yolo-compile/runtime";
import type { RefusedFindings } from "./findings.js";

/** Thrown instead of giving files: the optimised graph does not compute the outputs of the plain one. */
export class ProofFailure extends CompileError {
  constructor(readonly findings: RefusedFindings) {
    const { comparisons } = findings.verification;
    const off = comparisons.filter(({ ok }) => !ok);
    const told = findings.notes.map(({ message }) => message);
    super({
      code: "verify/differs",
      blame: "verdict",
      message:
        off.length > 0
          ? `the optimised graph is not the plain graph: ${off.length} of ${comparisons.length} comparisons are off`
          : "nobody can tell whether the optimised graph is the plain graph: float32 decides on every input",
      hint: "yolo-compile verify --bisect names the rewrite",
      details: [...off.map(describe), ...told],
    });
  }
}

const describe = ({ input, output, provider, level, nonFinite, decisive }: OutputComparison) =>
  `${output} (${decisive.name}) on ${input}, ${provider}, ONNX Runtime's own rewriting ${level === "all" ? "on" : "off"}: ` +
  (nonFinite > 0
    ? `${nonFinite} not finite`
    : `${decisive.maxRel.toExponential(2)} of its unit, ${decisive.allowed.toExponential(1)} are allowed`);

/** Whether an error is a {@link ProofFailure}, across copies of this package. */
export const isProofFailure = (error: unknown): error is ProofFailure =>
  isCompileError(error) && error.diagnostic.code === "verify/differs" && "findings" in error;
