export { biasIndices } from "./attention.js";
export { EFFICIENTVIT } from "./modules.js";
export { type BackboneSettings, readSettings, type StageSettings, VARIANTS, type Variant } from "./settings.js";
export { sidesWithoutWaste, stageMaps, type WindowUse, wastedShare } from "./windows.js";
