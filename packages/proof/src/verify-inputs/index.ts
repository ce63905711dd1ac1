export { defaultInputs } from "./default-inputs.js";
export { magnitudeInputs } from "./magnitudes.js";
export { npyFileName, npyFolderInput, npyInput, readNpyFile } from "./npy-files.js";
export { pictureInputs } from "./pictures.js";
export { resolveSizes, type SizeOptions } from "./resolve-sizes.js";
export type { NamedPicture, VerifyInput } from "./verify-input.js";
