import { EFFICIENTVIT_MODULES } from "@yolo-compile/efficientvit";
import type { ModuleTable } from "@yolo-compile/network";
import { YOLOV5_MODULES } from "@yolo-compile/yolov5";

/** Every module that a yaml may name. A new family is one line. */
export const MODULES: ModuleTable = new Map([...YOLOV5_MODULES, ...EFFICIENTVIT_MODULES]);
