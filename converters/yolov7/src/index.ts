export { YOLOV7 } from "./family.js";
