import { CALIBRATIONS, type Calibration, type NamedPicture, type PrecisionRequest } from "@yolo-compile/proof";
import type { Argv } from "yargs";
import { usage } from "./diagnostics.js";

/** Options of the precision that a model is written in. */
export interface PrecisionOptions {
  readonly half: boolean;
  readonly "half-io": boolean;
  readonly "half-keep"?: readonly string[] | undefined;
  readonly "half-weights": boolean;
  readonly int8: boolean;
  readonly calibrate?: readonly string[] | undefined;
  readonly calibration?: string | undefined;
  readonly "int8-keep"?: readonly string[] | undefined;
  readonly "int8-budget": boolean;
}

/** Precisions, of which a file has one. */
const PRECISIONS = ["half", "half-weights", "int8"] as const;

/** Options that say how a precision is done. */
const DETAILS = [
  ["half-io", "half"],
  ["half-keep", "half"],
  ["calibrate", "int8"],
  ["calibration", "int8"],
  ["int8-keep", "int8"],
  ["int8-budget", "int8"],
] as const;

/** Adds {@link PrecisionOptions}. */
export const withPrecision = <Options>(yargs: Argv<Options>) =>
  yargs
    .option("half", {
      type: "boolean",
      default: false,
      describe: "float16 weights and arithmetic, but for what float16 cannot hold",
    })
    .option("half-io", { type: "boolean", default: false, describe: "with --half: float16 inputs and outputs too" })
    .option("half-keep", {
      type: "string",
      array: true,
      describe: "with --half: ops (Softmax), rows (23) or paths (model.23.m) that stay in float32",
    })
    .option("half-weights", {
      type: "boolean",
      default: false,
      describe: "float16 weights, float32 arithmetic: half the file",
    })
    .option("int8", {
      type: "boolean",
      default: false,
      describe: "integers of 8 bits where they are faster, with ranges from --calibrate",
    })
    .option("calibrate", {
      type: "string",
      array: true,
      describe: "with --int8: pictures, or folders of them, like those that the network will see",
    })
    .option("calibration", {
      choices: Object.keys(CALIBRATIONS),
      describe: "with --int8: how ranges are made of the values on the pictures  [default: minmax]",
    })
    .option("int8-keep", {
      type: "string",
      array: true,
      describe: "with --int8: ops (Concat), rows (23) or paths (model.23.m) that stay in float32",
    })
    .option("int8-budget", {
      type: "boolean",
      default: false,
      describe: "with --int8: keep rows in float32, the most sensitive first, until detections agree",
    })
    .group([...PRECISIONS, ...DETAILS.map(([detail]) => detail)], "Precision:");

/** @throws usage for options that do not go together */
export function checkPrecision(options: PrecisionOptions): void {
  const [first, second] = PRECISIONS.filter((name) => options[name]);
  if (second) throw usage(`--${first} and --${second} exclude each other`, "a file has one precision");
  for (const [detail, precision] of DETAILS)
    if (options[detail] && !options[precision])
      throw usage(`--${detail} says how --${precision} is done`, `give --${precision} as well`);
  if (options.int8 && !options.calibrate)
    throw usage("--int8 needs --calibrate", "pictures like those that the network will see, a few dozen are enough");
}

/** The precision that the options ask for; undefined for float32. `pictures` are those to calibrate on. */
export function precisionRequest(
  options: PrecisionOptions,
  pictures: readonly NamedPicture[],
): PrecisionRequest | undefined {
  const { "half-io": io, "half-keep": keep, "int8-keep": floats, "int8-budget": budget, calibration } = options;
  if (options["half-weights"]) return { kind: "half-weights" };
  if (options.half) return { kind: "half", io: io ? "f16" : "f32", ...(keep && { keep }) };
  if (!options.int8) return undefined;
  const how = calibration as Calibration | undefined; // yargs has looked at the choices
  return { kind: "int8", pictures, budget, ...(how && { calibration: how }), ...(floats && { keep: floats }) };
}
