export * from "@yolo-compile/report";
export {
  type Choice,
  checkExternalData,
  chooseProvider,
  findProvider,
  type NodePlacement,
  type OutputComparison,
  PROVIDERS,
  type ProbeResult,
  type Provider,
  probeProvider,
  runtimeVersion,
  type Tolerance,
  type Verification,
} from "@yolo-compile/runtime";
export {
  checkImageName,
  type Detection,
  decodeImage,
  drawDetections,
  encodeImage,
  roundBoxes,
} from "@yolo-compile/vision";
export * from "./compile/index.js";
export * from "./detect.js";
export { type DetectionVerdict, HALF_DETECTIONS, type PictureDetections } from "./precision/same-detections.js";
export type { JudgedMutant, SelfTestResult } from "./self-test/index.js";
export * from "./verify/index.js";
export { type NamedPicture, npyFolderInput, npyInput, type VerifyInput } from "./verify-inputs/index.js";
