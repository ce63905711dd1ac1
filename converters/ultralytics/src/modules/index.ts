import type { ModuleTable } from "@yolo-compile/network";
import { HEAD_MODULES } from "../heads/modules.js";
import { CONV_MODULES } from "./conv.js";
import { CSP_MODULES } from "./csp.js";
import { POOLING_MODULES } from "./pooling.js";
import { ATTENTION_MODULES } from "./psa.js";

/** The modules that the yamls of YOLOv3u to YOLO26 name, by their yaml names. */
export const ULTRALYTICS_MODULES: ModuleTable = new Map([
  ...CONV_MODULES,
  ...CSP_MODULES,
  ...POOLING_MODULES,
  ...ATTENTION_MODULES,
  ...HEAD_MODULES,
]);
