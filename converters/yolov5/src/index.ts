export { YOLOV5 } from "./family.js";
