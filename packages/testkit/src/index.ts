export * from "./expect-rewrite.js";
export * from "./npy.js";
export * from "./reference.js";
export * from "./run-graph.js";
