import type { BackboneTable } from "../backbone.js";
import { CONVNEXTS } from "./convnext.js";
import { DARKNETS } from "./darknet.js";
import { EDGENEXTS } from "./edgenext/edgenext.js";
import { EFFICIENTNETS } from "./efficientnet/efficientnets.js";
import { MOBILENETS } from "./efficientnet/mobilenets.js";
import { MOBILENETS_V4 } from "./efficientnet/mobilenets-v4.js";
import { EFFICIENTVITS } from "./efficientvit-mit/efficientvit-mit.js";
import { FASTERNETS } from "./fasternet.js";
import { FASTVITS } from "./fastvit.js";
import { GHOSTNETS } from "./ghostnet.js";
import { HGNETS } from "./hgnet.js";
import { REGNETS } from "./regnet.js";
import { MOBILEONES, REPVGGS } from "./repvgg.js";
import { REPVITS } from "./repvit.js";
import { RESNETS } from "./resnet.js";
import { STARNETS } from "./starnet.js";
import { VGGS } from "./vgg.js";
import { VOVNETS } from "./vovnet.js";

/** Every backbone that is here, by timm's name. */
export const BACKBONES: BackboneTable = new Map([
  ...RESNETS,
  ...EFFICIENTNETS,
  ...MOBILENETS,
  ...MOBILENETS_V4,
  ...CONVNEXTS,
  ...EDGENEXTS,
  ...FASTERNETS,
  ...STARNETS,
  ...EFFICIENTVITS,
  ...FASTVITS,
  ...REPVGGS,
  ...MOBILEONES,
  ...REPVITS,
  ...REGNETS,
  ...GHOSTNETS,
  ...VGGS,
  ...HGNETS,
  ...VOVNETS,
  ...DARKNETS,
]);
