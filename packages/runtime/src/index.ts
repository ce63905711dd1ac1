export { type Choice, type ChooseOptions, chooseProvider, type Probed } from "./choose.js";
export { compareTensors, type Difference } from "./compare.js";
export { checkExternalData } from "./external-data.js";
export { seededInputs } from "./inputs.js";
export { type NodePlacement, openProfiledSession, type PlacedNode, type ProfiledSession } from "./node-placement.js";
export { type ProbeOptions, type ProbeResult, probeProvider } from "./probe.js";
export { probeAnswer, probeInput, probeModel, probeWeights } from "./probe-model.js";
export { CPU, findProvider, PROVIDERS, type Provider } from "./providers.js";
export {
  type ModelSource,
  type OptimizationLevel,
  openSession,
  runtimeVersion,
  type Session,
  type SessionOptions,
} from "./session.js";
export * from "./tolerance.js";
export type { Dimension, ValueInfo } from "./value-info.js";
export * from "./verify-models.js";
