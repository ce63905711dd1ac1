export { type Compiled, type CompileRequest, compile, type ProofOptions } from "./compile.js";
export type { FilePlace } from "./file-place.js";
export type { CompileFindings, PrecisionFindings, RefusedFindings } from "./findings.js";
export { isProofFailure, ProofFailure } from "./proof-failure.js";
