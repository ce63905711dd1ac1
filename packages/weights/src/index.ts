export * from "./checkpoint.js";
export type { EncodedFile, WeightsToWrite } from "./convert/encoded-file.js";
export { metadataOf, type SourceFacts } from "./convert/metadata.js";
export type { FileProbe, Format, FormatWriter, OpenContext, OpenedFile, OpenOptions } from "./format.js";
export { FORMATS, isOfKnownFormat, openCheckpoint, WRITABLE_FORMATS } from "./formats.js";
export { encodeNpy } from "./numpy/write-npz.js";
export { parseNames } from "./onnx/names-metadata.js";
export { PICKLE_LIMITS, type PickleLimits } from "./pickle/limits.js";
