export { parseGraph } from "./parse.js";
export { type PrintOptions, printGraph } from "./print.js";
export type { ConstantStyle } from "./print-constant.js";
