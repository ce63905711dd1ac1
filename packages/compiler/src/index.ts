export { type BoundWeights, bindWeights } from "./bind.js";
export * from "./compile.js";
export { MODULES } from "./modules.js";
export { randomWeights } from "./random-weights.js";
