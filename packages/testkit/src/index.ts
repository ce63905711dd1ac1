export { EXACT, F16, FOLD, type Tolerance } from "@yolo-compile/runtime";
export * from "./expect-rewrite.js";
export * from "./external-model.js";
export * from "./fixtures.js";
export * from "./module-goldens.js";
export * from "./npy.js";
export * from "./reference.js";
export * from "./run-graph.js";
export { smallGraphs } from "./testing/small-graphs.js";
