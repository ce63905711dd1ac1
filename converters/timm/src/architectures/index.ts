import type { BackboneTable } from "../backbone.js";
import { RESNETS } from "./resnet.js";

/** Every backbone that is here, by timm's name. */
export const BACKBONES: BackboneTable = new Map([...RESNETS]);
