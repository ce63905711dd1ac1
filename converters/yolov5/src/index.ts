export { YOLOV5_MODULES } from "./modules/index.js";
