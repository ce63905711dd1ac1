import { elementCount } from "@yolo-compile/core";
import { constantsOf, type Graph } from "@yolo-compile/ir";

/** What torch keeps in buffers, not in parameters. */
const BUFFERS = /\.(running_mean|running_var|anchors|attention_bias_idxs)$/;

/**
 * Parameters that a graph holds: its constants that come from weights. Equals YOLOv5's count before and after `fuse()`.
 */
export const countParameters = (graph: Graph): number =>
  constantsOf(graph)
    .filter(({ hint }) => hint.startsWith("model.") && !BUFFERS.test(hint))
    .reduce((sum, { type }) => sum + elementCount(type.shape), 0);
