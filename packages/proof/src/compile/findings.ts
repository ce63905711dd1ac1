import type { CompiledGraphs, LoweredPrecision } from "@yolo-compile/compiler";
import type { Diagnostic } from "@yolo-compile/core";
import type { Verification } from "@yolo-compile/runtime";
import type { DetectionVerdict } from "../precision/same-detections.js";

/** The findings about a precision other than float32. */
export interface PrecisionFindings extends LoweredPrecision {
  /** The names of the inputs on which values were measured; none without a proof. */
  readonly audited: readonly string[];
  /** The graph in float32 against the plain one, before its precision is lowered. */
  readonly rewriting?: Verification;
  /** Left out where there are no pictures, the network is no detector, or nothing is proven. */
  readonly detections?: DetectionVerdict;
}

/** The findings of a compilation. */
export interface CompileFindings {
  /** `optimized` is the graph that is written. */
  readonly graphs: CompiledGraphs;
  /** Left out for float32. */
  readonly precision?: PrecisionFindings;
  /** The bytes of all files together. */
  readonly byteLength: number;
  /** Left out where none was asked for. */
  readonly verification?: Verification;
  /** Notes on the verification. */
  readonly notes: readonly Diagnostic[];
}

/** The findings of a compilation that is refused. */
export interface RefusedFindings extends CompileFindings {
  readonly verification: Verification;
}
