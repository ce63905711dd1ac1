export { type Choice, type ChooseOptions, chooseProvider, type Probed } from "./choose.js";
export { compareTensors, type Difference, type PartDifference } from "./compare.js";
export { checkExternalData } from "./external-data.js";
export { guessLayout, type JudgedLayout, layoutOf, singlePart } from "./guess-layout.js";
export { seededInputs } from "./inputs.js";
export { excess, isTelling, type OutputComparison, type PartComparison } from "./judge-output.js";
export { shakeLastBits } from "./last-bits.js";
export {
  type Clock,
  type MeasuredModel,
  type Measurement,
  type MeasureOptions,
  measureModels,
  type NamedModel,
  type RunTime,
} from "./measure.js";
export type { Estimate } from "./median.js";
export { type NodePlacement, openProfiledSession, type PlacedNode, type ProfiledSession } from "./node-placement.js";
export { gridOf } from "./output-grid.js";
export { type ProbeOptions, type ProbeResult, probeProvider } from "./probe.js";
export { probeAnswer, probeInput, probeModel, probeWeights } from "./probe-model.js";
export { CPU, findProvider, PROVIDERS, type Provider } from "./providers.js";
export {
  type ExpectedCase,
  type NamedInput,
  type ReferenceRequest,
  runReference,
  type ShakenOutputs,
  type Tensors,
} from "./run-reference.js";
export {
  type ModelSource,
  type OptimizationLevel,
  openSession,
  runtimeVersion,
  type Session,
  type SessionOptions,
} from "./session.js";
export * from "./tolerance.js";
export { describeUnit } from "./units.js";
export type { Dimension, ValueInfo } from "./value-info.js";
export * from "./verify-models.js";
