import { CompileError, type Diagnostic, note, warning } from "@yolo-compile/core";
import { type IllConditioned, isTelling } from "@yolo-compile/runtime";

/** Rounding the weights alone moves the plain graph's answer by more than a tenth of what float16 is allowed. */
export function steepWeights({ input, output, part }: IllConditioned): Diagnostic {
  const moves = `rounding weights and inputs to float16 alone moves ${output} (${part.name}) of the graph in float32 by ${part.moved?.toExponential(1)} on ${input}`;
  return isTelling(part)
    ? note("precision/steep", `${moves}: ${part.allowed.toExponential(1)} is allowed there`)
    : warning("precision/steep", `${moves}: that input tells nothing about float16`);
}

/** No picture shows an object to the network, so that its detections tell nothing. */
export const nothingDetected = (pictures: number): Diagnostic =>
  warning(
    "precision/nothing-detected",
    `the network detects nothing on ${pictures} pictures: only its outputs are judged`,
  );

/** There are no pictures to detect something on. */
export const noPictures = (): Diagnostic =>
  note("precision/no-pictures", "outputs are judged, detections are not: --images gives pictures to compare them on");

/** Int8 without a picture. */
export const noCalibration = (): CompileError =>
  new CompileError({
    code: "precision/calibration",
    message: "int8 needs pictures like those that the network will see, for the ranges of its values",
    hint: "--calibrate DIR, a few dozen are enough",
  });

/** Detections are judged on pictures that the ranges were made from. */
export const seenPictures = (pictures: number): Diagnostic =>
  warning(
    "precision/seen-pictures",
    `int8 is judged on ${pictures} pictures that it was calibrated on, which flatters it: --images gives others`,
  );
