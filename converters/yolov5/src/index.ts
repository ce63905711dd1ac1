export { YOLOV5 } from "./family.js";
export { spaceToChannels } from "./modules/conv.js";
export { BOX_HEAD, type PredictLevel } from "./modules/detect.js";
