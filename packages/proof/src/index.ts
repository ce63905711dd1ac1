export * from "@yolo-compile/report";
export {
  type Choice,
  checkExternalData,
  chooseProvider,
  findProvider,
  type MeasuredModel,
  type Measurement,
  measureModels,
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
  type ClassScore,
  checkImageName,
  classLabel,
  cornersOf,
  type Detection,
  decodeImage,
  drawDetections,
  encodeImage,
  isVisible,
  type Keypoint,
  type Point,
  type RotatedBox,
  roundBoxes,
} from "@yolo-compile/vision";
export { type Classifier, classLayoutOf, openClassifier } from "./classify.js";
export * from "./compile/index.js";
export * from "./detect.js";
export type { PrecisionRequest } from "./precision/gather-facts.js";
export { CALIBRATIONS, type Calibration } from "./precision/histogram.js";
export {
  type DetectionPromise,
  type DetectionVerdict,
  HALF_PROMISE,
  INT8_PROMISE,
  type PictureDetections,
} from "./precision/same-detections.js";
export type { JudgedMutant, SelfTestResult } from "./self-test/index.js";
export * from "./verify/index.js";
export { type NamedPicture, npyFolderInput, npyInput, type VerifyInput } from "./verify-inputs/index.js";
