import type { BackboneTable } from "../backbone.js";
import { EFFICIENTNETS } from "./efficientnet/efficientnets.js";
import { MOBILENETS } from "./efficientnet/mobilenets.js";
import { RESNETS } from "./resnet.js";

/** Every backbone that is here, by timm's name. */
export const BACKBONES: BackboneTable = new Map([...RESNETS, ...EFFICIENTNETS, ...MOBILENETS]);
