import type { CompiledGraphs } from "@yolo-compile/compiler";
import { readEnding } from "@yolo-compile/network";
import type { ReadAs } from "../verify/compare-pictures.js";
import { readOutputs } from "./read-outputs.js";

/** Reads the outputs of our own graphs as boxes: the reference's are decoded, the optimised graph's metadata tell its own. */
export const readerOf =
  ({ reference, optimized }: CompiledGraphs): ReadAs =>
  (role, outputs) =>
    role === "reference" || !readEnding(optimized.metadata)
      ? { outputs, layouts: reference.outputs }
      : readOutputs(outputs, optimized.metadata);
