export { type EncodedModel, type EncodeOptions, encodeBytes, encodeModel } from "./encode.js";
export { OPSETS } from "./opsets.js";
