export * from "./npy.js";
export * from "./reference.js";
