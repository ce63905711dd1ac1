import type { CompiledGraphs, HalfRequest, HalfWeightsRequest, LoweredRequest } from "@yolo-compile/compiler";
import type { ExpectedCase } from "@yolo-compile/runtime";
import { describeInput } from "../verify/reference-cases.js";
import { type NamedPicture, pictureInputs, resolveSizes, type VerifyInput } from "../verify-inputs/index.js";
import { auditHalf } from "./audit-half.js";
import { calibrate } from "./calibrate.js";
import { noCalibration } from "./diagnostics.js";
import type { Calibration } from "./histogram.js";

/** Integers of 8 bits, by ranges over the user's pictures. */
export interface CalibratedRequest {
  readonly kind: "int8";
  /** Ops (`Concat`), rows (`23`) and paths (`model.23.m`) that stay in float32. */
  readonly keep?: readonly string[];
  readonly pictures: readonly NamedPicture[];
  /** Left out, the least and the largest number of each value. */
  readonly calibration?: Calibration;
  /** Keeps rows in float32 until detections agree. */
  readonly budget?: boolean;
}

/** A precision other than float32. */
export type PrecisionRequest = Omit<HalfRequest, "audit"> | HalfWeightsRequest | CalibratedRequest;

/** A request with the facts that it needs, and the names of the inputs that gave them. */
export interface GatheredFacts {
  readonly request: LoweredRequest;
  readonly audited: readonly string[];
}

/**
 * Gathers facts by running the optimised graph in float32: what float16 would do to each node, on the inputs of the proof, and
 * the ranges of values, on the user's pictures. Without a proof float16 goes without.
 * @throws precision/calibration, runtime/…
 */
export async function gatherFacts(
  { optimized }: CompiledGraphs,
  request: PrecisionRequest,
  cases: readonly ExpectedCase<VerifyInput>[] | undefined,
): Promise<GatheredFacts> {
  if (request.kind === "int8") {
    const { kind, keep, pictures, calibration = "minmax" } = request;
    if (pictures.length === 0) throw noCalibration();
    const [sizes] = resolveSizes(optimized.inputs.map(describeInput));
    const inputs = pictureInputs(sizes!.inputs, pictures); // there is a set of sizes for every model
    const ranges = await calibrate(optimized, inputs.map(tensorsOf), calibration);
    return { request: { kind, ranges, ...(keep && { keep }) }, audited: inputs.map(nameOf) };
  }
  if (request.kind === "half-weights" || !cases) return { request, audited: [] };
  const inputs = cases.map(({ input }) => input);
  const audit = await auditHalf(optimized, inputs.map(tensorsOf));
  return { request: { ...request, audit }, audited: inputs.map(nameOf) };
}

const tensorsOf = ({ tensors }: VerifyInput): VerifyInput["tensors"] => tensors;

const nameOf = ({ name }: VerifyInput): string => name;
