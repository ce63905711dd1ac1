import { elementCount } from "@yolo-compile/core";
import { constantsOf, fixedShape, type Graph } from "@yolo-compile/ir";

/**
 * The number of parameters in a graph: elements of constants that come from weights, as their dotted names tell, without
 * torch's buffers. Equals YOLOv5's count before and after `fuse()`.
 */
export const countParameters = (graph: Graph, buffers: ReadonlySet<string>): number =>
  constantsOf(graph)
    .filter(({ hint }) => hint.includes(".") && !buffers.has(hint))
    .reduce((sum, value) => sum + elementCount(fixedShape(value)), 0);
