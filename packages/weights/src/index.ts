export * from "./checkpoint.js";
export type { EncodedFile, WeightsToWrite } from "./convert/encoded-file.js";
export { metadataOf, type SourceFacts } from "./convert/metadata.js";
export type { FileProbe, Format, OpenContext, OpenedFile, OpenOptions } from "./format.js";
export { FORMATS, openCheckpoint } from "./formats.js";
export { writeNpz } from "./numpy/write-npz.js";
export { PICKLE_LIMITS, type PickleLimits } from "./pickle/limits.js";
export { writeSafetensors } from "./safetensors/write-safetensors.js";
export { writeWts } from "./wts/write-wts.js";
