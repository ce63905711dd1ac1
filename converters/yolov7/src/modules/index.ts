import type { ModuleTable } from "@yolo-compile/network";
import { CONV_MODULES } from "./conv.js";
import { HEAD_MODULES } from "./heads.js";
import { REPARAMETERIZED_MODULES } from "./reparameterized.js";

/** The modules of YOLOv7's own that its yamls name, and blocks of RepVGG and MobileOne, by their yaml names. */
export const YOLOV7_MODULES: ModuleTable = new Map([...CONV_MODULES, ...REPARAMETERIZED_MODULES, ...HEAD_MODULES]);
