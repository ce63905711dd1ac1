import type { BackboneTable } from "../backbone.js";
import { CONVNEXTS } from "./convnext.js";
import { EDGENEXTS } from "./edgenext/edgenext.js";
import { EFFICIENTNETS } from "./efficientnet/efficientnets.js";
import { MOBILENETS } from "./efficientnet/mobilenets.js";
import { FASTERNETS } from "./fasternet.js";
import { RESNETS } from "./resnet.js";
import { STARNETS } from "./starnet.js";

/** Every backbone that is here, by timm's name. */
export const BACKBONES: BackboneTable = new Map([
  ...RESNETS,
  ...EFFICIENTNETS,
  ...MOBILENETS,
  ...CONVNEXTS,
  ...EDGENEXTS,
  ...FASTERNETS,
  ...STARNETS,
]);
