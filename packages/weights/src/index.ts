export * from "./checkpoint.js";
export type { FileProbe, Format, OpenContext, OpenedFile, OpenOptions } from "./format.js";
export { FORMATS, openCheckpoint } from "./formats.js";
export { PICKLE_LIMITS, type PickleLimits } from "./pickle/limits.js";
