export * from "./byte-source.js";
export * from "./crc32.js";
export * from "./dtype.js";
export * from "./error.js";
export * from "./float16.js";
export * from "./nearest.js";
export * from "./random.js";
export * from "./tensor.js";
