export { defaultInputs } from "./default-inputs.js";
export { type FreeSize, freeSizes } from "./free-sizes.js";
export { magnitudeInputs, noiseInput } from "./magnitudes.js";
export { npyFileName, npyFolderInput, npyInput, readNpyFile } from "./npy-files.js";
export { pictureInputs } from "./pictures.js";
export { type ResolvedInputs, resolveSizes, type SizeOptions, strideOf } from "./resolve-sizes.js";
export type { FixedInput, NamedPicture, VerifyInput } from "./verify-input.js";
