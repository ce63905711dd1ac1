import type { ModuleTable } from "@yolo-compile/network";
import { CONV_MODULES } from "./conv.js";
import { CSP_MODULES } from "./csp.js";
import { HEAD_MODULES } from "./detect.js";
import { POOLING_MODULES } from "./pooling.js";
import { REARRANGE_MODULES } from "./rearrange.js";

/** Every module of YOLOv5 v5.0 to v7.0 that parse_model accepts, by its yaml name.  */
export const YOLOV5_MODULES: ModuleTable = new Map([
  ...CONV_MODULES,
  ...CSP_MODULES,
  ...POOLING_MODULES,
  ...REARRANGE_MODULES,
  ...HEAD_MODULES,
]);
