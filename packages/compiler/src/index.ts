export {
  type Blame,
  type ByteSource,
  bytesSource,
  CompileError,
  type Diagnostic,
  type ErrorDiagnostic,
  elementCount,
  formatDiagnostic,
  formatType,
  isCompileError,
  type LazyTensor,
  nearestNames,
  sourceRun,
  VERSION,
  visibleJson,
  visibleText,
} from "@yolo-compile/core";
export { type Graph, opCensus, printGraph } from "@yolo-compile/ir";
export {
  BOX_FORMS,
  type BoxForm,
  DECODED,
  type Ending,
  type EndingFacts,
  formatSummary,
  HEADS,
  type HeadName,
  isDecoded,
  isOfMaps,
  MASK_SIZES,
  type MaskSize,
  type ModuleLibrary,
  type Network,
  networkNotes,
  ownModules,
  readEnding,
  SUPPRESSION,
  type Summary,
  type Suppression,
  summarizeNetwork,
} from "@yolo-compile/network";
export { type EncodedModel, encodeModel, type ModelInfo, OPSETS, readModelInfo } from "@yolo-compile/onnx";
export {
  type KeptNode,
  type PassObserver,
  PIPELINE_NAMES,
  type PipelineName,
  pipelineName,
} from "@yolo-compile/passes";
export { type Checkpoint, type EncodedFile, encodeNpy, openCheckpoint, WRITABLE_FORMATS } from "@yolo-compile/weights";
export type { BoundWeights } from "./bind.js";
export {
  type CompiledGraphs,
  type CompileObserver,
  compileGraphs,
  type GraphsRequest,
  type LoadOptions,
  loadNetwork,
  type ProbeGraphs,
} from "./compile-graphs.js";
export * from "./convert.js";
export { countParameters } from "./count-parameters.js";
export { decodeMaps, FAMILIES, outputsOf } from "./families.js";
export { type InputKind, inputKind } from "./input-kind.js";
export { type FamilyModules, listModules, type ModuleGroup } from "./list-modules.js";
export type { LeftWeight } from "./load-partial.js";
export * from "./lower-precision.js";
export { matchWeights, type WeightMatch } from "./match-weights.js";
export { namedYaml, networkNames, yamlsWithoutScale } from "./named-networks.js";
export { nearestWeight } from "./nearest-weight.js";
export type { DynamicAxes } from "./open-image.js";
export { exportedTask, type Outlook, outlookOf, type Task } from "./outlook.js";
export { dataFileOf, encodeFiles, type FileOptions, type OutputFile } from "./output-files.js";
export { plainJson } from "./plain-json.js";
export { randomWeights } from "./random-weights.js";
export { type ConfigText, stem } from "./read-document.js";
export { readClassNames } from "./set-classes.js";
export { summarize } from "./summarize.js";
export * from "./weight-statistics.js";
