export * from "./checkpoint.js";
