export { decodeModel } from "./decode.js";
export { type EncodedModel, type EncodeOptions, encodeBytes, encodeModel } from "./encode.js";
export { moduleParts } from "./module-parts.js";
export { OPSETS } from "./opset-range.js";
export { type ModelInfo, type ModelValue, readModelInfo } from "./read-info.js";
export { type ModelInitializers, readInitializers, startsAsModel } from "./read-initializers.js";
