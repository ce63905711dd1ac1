export type { BisectResult, Culprit } from "./bisect.js";
export { chooseInputs, type InputChoice } from "./choose-inputs.js";
export type { PictureComparison } from "./compare-pictures.js";
export type { BudgetEntry } from "./error-budget.js";
export type { GoldenFolder } from "./golden.js";
export { makeReport, type ReportContext } from "./make-report.js";
export type { Reproducer } from "./reproducer.js";
export type { CompiledSubject, ModelFile, VerifySubject } from "./subject.js";
export { type VerifyFindings, type VerifyOptions, verify } from "./verify.js";
