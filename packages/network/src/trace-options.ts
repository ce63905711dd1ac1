import type { LazyTensor, Size } from "@yolo-compile/core";
import type { Ending } from "./endings/ending.js";
import type { NetworkLimits } from "./limits.js";
import type { PyCall } from "./python.js";

/** The stored weights of a trace. Without a source, values are typed but cannot be read. */
export interface WeightSource {
  /** The stored tensor, in any element type. */
  get(name: string): LazyTensor | undefined;
  /** `eps` of the BatchNorm at a module path, where the checkpoint holds it. */
  batchNormEps(path: string): number | undefined;
  /** Whether the checkpoint holds an nn.Identity at a module path. */
  isIdentity?(path: string): boolean;
}

/** Settings of a trace. */
export interface TraceOptions {
  readonly name: string;
  /** [n,ch,h,w] */
  readonly imageShape: readonly Size[];
  readonly weights?: WeightSource;
  /** The activation of a Conv whose row names none; nn.SiLU where left out. */
  readonly activation?: PyCall;
  /** `eps` of each BatchNorm for which the weights hold none; torch's own default where left out. */
  readonly batchNormEps?: number;
  /** `eps` of each BatchNorm below a path that begins so. */
  readonly epsBelow?: ReadonlyMap<string, number>;
  /** The head to take: true for the one whose boxes need no suppression, where there is one. Left out, the family decides. */
  readonly end2end?: boolean;
  /** The form of the outputs. */
  readonly ending?: Ending;
  /** By default thop 0.1.1. */
  readonly profiler?: Profiler;
  /** By default {@link NETWORK_LIMITS}. */
  readonly limits?: NetworkLimits;
}

/**
 * A counter of operations. thop 0.1.1 is that of YOLOv5, which profiles an image of one stride and scales the count up; thop 2,
 * its fork for later YOLOs, counts the whole image, no interpolation, and a transposed convolution by what it takes.
 */
export type Profiler = "thop 0.1.1" | "thop 2";
