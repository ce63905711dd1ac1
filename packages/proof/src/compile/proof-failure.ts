import { CompileError, isCompileError } from "@yolo-compile/core";
import type { OutputComparison } from "@yolo-compile/runtime";
import type { DetectionVerdict, PictureDetections } from "../precision/same-detections.js";
import type { RefusedFindings } from "./findings.js";

/** Thrown instead of giving files: the optimised graph does not compute the outputs of the plain one. */
export class ProofFailure extends CompileError {
  constructor(readonly findings: RefusedFindings) {
    const { verification, precision, notes } = findings;
    const off = verification.comparisons.filter(({ ok }) => !ok);
    const astray = (precision?.detections?.pictures ?? []).filter(({ comparison }) => !comparison.ok);
    const lowered = precision && precision.rewriting?.ok !== false;
    const subject = lowered ? `the graph in ${NAMES[precision.kind]}` : "the optimised graph";
    super({
      code: "verify/differs",
      blame: "verdict",
      message:
        off.length > 0
          ? `${subject} is not the plain graph: ${off.length} of ${verification.comparisons.length} comparisons are off`
          : astray.length > 0
            ? `${subject} finds other objects than the plain graph on ${new Set(astray.map(({ picture }) => picture)).size} pictures`
            : precision?.detections?.ok === false
              ? elsewhere(subject, precision.detections)
              : `nobody can tell whether ${subject} is the plain graph: ${lowered ? "rounding" : "float32"} decides on every input`,
      hint: lowered ? HINTS[precision.kind] : "yolo-compile verify --bisect names the rewrite",
      details: [...off.map(describe), ...astray.map(describeObjects), ...notes.map(({ message }) => message)],
    });
  }
}

const elsewhere = (subject: string, { expected, closeShare, promise }: DetectionVerdict): string =>
  expected === 0
    ? `nothing proves ${subject}: the network finds no object on any picture`
    : `${subject} puts boxes elsewhere: ${(100 * closeShare).toFixed(0)} % overlap by ${promise.mostly?.minIou}, ${100 * (promise.mostly?.share ?? 0)} % have to`;

const NAMES = { half: "float16", "half-weights": "float32 with weights in float16", int8: "int8" } as const;

const HINTS = {
  half: "--half-keep leaves rows in float32, --half-weights all arithmetic; where rounding the weights alone moves the answer as far, only float32 holds it",
  int8: "--int8-budget leaves rows in float32 until detections agree; --int8-keep leaves rows in float32; other pictures for --calibrate give other ranges",
  "half-weights": "these weights need more than the 11 bits of float16",
} as const;

const describeObjects = ({ picture, provider, expected, comparison }: PictureDetections): string =>
  `${picture} on ${provider}: of ${expected} objects ${comparison.missing.length} are lost, ${comparison.extra.length} are new, ` +
  `the least overlap is ${comparison.worst.iou.toFixed(3)}, a score moves by ${comparison.worst.scoreDelta.toExponential(1)}`;

const describe = ({ input, output, provider, level, nonFinite, decisive }: OutputComparison) =>
  `${output} (${decisive.name}) on ${input}, ${provider}, ONNX Runtime's own rewriting ${level === "all" ? "on" : "off"}: ` +
  (nonFinite > 0
    ? `${nonFinite} not finite`
    : `${decisive.maxRel.toExponential(2)} of its unit, ${decisive.allowed.toExponential(1)} are allowed`) +
  (decisive.allowedRms === undefined
    ? ""
    : `; root mean square ${decisive.rms!.toExponential(2)}, ${decisive.allowedRms.toExponential(1)} are allowed`);

/** Whether an error is a {@link ProofFailure}, across copies of this package. */
export const isProofFailure = (error: unknown): error is ProofFailure =>
  isCompileError(error) && error.diagnostic.code === "verify/differs" && "findings" in error;
