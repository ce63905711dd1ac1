import { elementCount } from "@yolo-compile/core";
import { constantsOf, fixedShape, type Graph } from "@yolo-compile/ir";

/**
 * Parameters that a graph holds: its constants that come from weights, which their dotted names tell, but for what torch keeps
 * in buffers. Equals YOLOv5's count before and after `fuse()`.
 */
export const countParameters = (graph: Graph, buffers: ReadonlySet<string>): number =>
  constantsOf(graph)
    .filter(({ hint }) => hint.includes(".") && !buffers.has(hint))
    .reduce((sum, value) => sum + elementCount(fixedShape(value)), 0);
