export { compareTensors, type Difference } from "./compare.js";
export { seededInputs } from "./inputs.js";
export { findProvider, PROVIDERS, type Provider } from "./providers.js";
export * from "./session.js";
export * from "./tolerance.js";
export * from "./verify.js";
