export { compile } from "./compile.js";
export type { FilePlace } from "./file-place.js";
export type { CompileFindings, PrecisionFindings, RefusedFindings } from "./findings.js";
export { isProofFailure, ProofFailure } from "./proof-failure.js";
export type { Compiled, CompileRequest, ProofOptions } from "./request.js";
