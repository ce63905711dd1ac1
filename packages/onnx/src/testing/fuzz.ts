import { isCompileError, uniformStream } from "@yolo-compile/core";
import { decodeModel, encodeBytes, readModelInfo } from "../index.js";
import { mutations } from "./mutate.js";
import { allSamples } from "./op-samples.js";

const OPSETS = [11, 13, 17, 18, 21, 26];
const SAMPLES: readonly Uint8Array[] = OPSETS.flatMap((opset, turn) =>
  [...allSamples(undefined, opset)]
    .filter((_, index) => index % OPSETS.length === turn)
    .map(({ graph }) => encodeBytes(graph, { opset })),
);

/** The most times that one file is damaged. */
const MAX_DAMAGES = 3;

/** The damaged model of one run; the same for the same seed and number. */
export function fuzzModel(seed: number, run: number): Uint8Array {
  const next = uniformStream(Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b));
  next();
  let bytes = SAMPLES[Math.floor(next() * SAMPLES.length)]!;
  for (let count = 1 + Math.floor(next() * MAX_DAMAGES); count > 0 && bytes.length > 0; count--)
    for (const damaged of mutations(bytes, 5, Math.floor(next() * 2 ** 32)))
      if (next() < 0.4) bytes = damaged.length > 0 ? damaged : bytes;
  return bytes;
}

/** Reads a model as `inspect`, `verify` and `detect` do, and writes it again. Throws every error that is no CompileError. */
export function surviveModel(bytes: Uint8Array): "opened" | "refused" {
  try {
    readModelInfo(bytes);
    encodeBytes(decodeModel(bytes), { opset: 21 });
    return "opened";
  } catch (error) {
    if (isCompileError(error)) return "refused";
    throw error;
  }
}
