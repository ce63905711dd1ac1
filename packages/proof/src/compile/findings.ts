import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { Diagnostic } from "@yolo-compile/core";
import type { Verification } from "@yolo-compile/runtime";

/** The findings of a compilation. */
export interface CompileFindings {
  readonly graphs: CompiledGraphs;
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
