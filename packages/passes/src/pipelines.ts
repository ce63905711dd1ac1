import { type Graph, verifyGraph } from "@yolo-compile/ir";
import { accountForBatchNorms } from "./account-for-batch-norms.js";
import { flattenMaps } from "./flatten-maps.js";
import { dropDeadCode, type Pass, type PassObserver, rulePass, runPasses, untilStable } from "./pass.js";
import type { PipelineName } from "./pipeline-names.js";
import type { PassResult } from "./rule.js";
import { dropIdentity } from "./rules/drop-identity.js";
import { foldBatchNorm } from "./rules/fold-batch-norm.js";
import { foldConstants } from "./rules/fold-constants.js";
import { foldScale } from "./rules/fold-scale.js";
import { foldShift } from "./rules/fold-shift.js";
import { mergeBranches } from "./rules/merge-branches.js";
import { mergeEqualNodes } from "./rules/merge-equal-nodes.js";
import {
  mergeTransposesAroundReshape,
  movePadBeforeTranspose,
  moveSliceBehindTranspose,
} from "./rules/merge-layouts.js";
import { mergeReshapes, mergeTransposes } from "./rules/merge-reshapes.js";
import { mergeScales, moveScaleBehindPower } from "./rules/merge-scales.js";
import { moveConvBeforeResize } from "./rules/move-conv-before-resize.js";
import { splitConvOverConcat } from "./rules/split-conv-over-concat.js";
import { splitSlices } from "./rules/split-slices.js";

/** Branches first: they take the BatchNorms on their way, so that their sums are rounded once. */
const fuse: readonly Pass[] = [
  rulePass("merge-branches", [mergeBranches, foldShift]),
  rulePass("fold-batch-norms", [foldBatchNorm]),
];

const cleanUp: readonly Pass[] = [
  rulePass("fold-constants", [foldConstants]),
  rulePass("fold-arithmetic", [foldScale, mergeScales, moveScaleBehindPower]),
  rulePass("meet-transposes", [movePadBeforeTranspose, moveSliceBehindTranspose, mergeTransposesAroundReshape]),
  rulePass("clean-up", [dropIdentity, mergeReshapes, mergeTransposes, splitSlices]),
  flattenMaps,
  rulePass("merge-equal-nodes", [mergeEqualNodes]),
  rulePass("spare-copies", [splitConvOverConcat, moveConvBeforeResize]),
];

/** The pipelines: the only statement of the order of passes. */
export const PIPELINES = {
  none: [],
  fuse,
  full: [untilStable("full", [dropDeadCode, ...fuse, ...cleanUp])],
} as const satisfies Readonly<Record<PipelineName, readonly Pass[]>>;

/**
 * Optimises a plain graph, verifies both and proves that no BatchNormalization got lost. Where the observer wants no checks, only
 * the result is verified.
 * @throws ir/…, and passes/… on a fault of a rule
 */
export function optimize(graph: Graph, pipeline: PipelineName, observer?: PassObserver): PassResult {
  const checked = observer?.checks !== false;
  if (checked) verifyGraph(graph);
  const result = runPasses(graph, PIPELINES[pipeline], observer);
  if (!checked) verifyGraph(result.graph);
  accountForBatchNorms(graph, result);
  return result;
}
