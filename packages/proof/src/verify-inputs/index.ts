export { commonInputs } from "./common-inputs.js";
export { defaultInputs } from "./default-inputs.js";
export { stepOf } from "./free-sizes.js";
export { magnitudeInputs } from "./magnitudes.js";
export { npyFileName, npyFolderInput, npyInput, readNpyFile } from "./npy-files.js";
export { type Preparation, pictureInputs } from "./pictures.js";
export { DEFAULT_STRIDE, resolveSizes, type SizeOptions, strideOf } from "./resolve-sizes.js";
export type { NamedPicture, VerifyInput } from "./verify-input.js";
