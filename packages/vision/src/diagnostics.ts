import { CompileError, type Diagnostic, formatType, type TensorType } from "@yolo-compile/core";
import type { Size } from "./image.js";

const fail = (code: string, message: string, hint?: string, extras: Pick<Diagnostic, "where"> = {}): CompileError =>
  new CompileError({ code, message, ...(hint && { hint }), ...extras });

const KNOWN = "a JPEG, PNG, WebP, GIF, TIFF or AVIF file";
const pixels = ({ width, height }: Size): string => `${width}x${height}`;

/** `image/unreadable` */
export const emptyImage = (file: string) => fail("image/unreadable", `${file} is empty, expected ${KNOWN}`);

/** `image/unreadable` */
export const notAnImage = (file: string, sizeBytes: number, found: string) =>
  fail(
    "image/unreadable",
    `${file} (${sizeBytes} bytes) is ${found}, expected ${KNOWN}`,
    "convert it to PNG or give another picture",
  );

/** `image/unreadable` */
export const damagedImage = (file: string, format: string, sizeBytes: number, problem: string) =>
  fail(
    "image/unreadable",
    `${file} starts as ${format} but its ${sizeBytes} bytes cannot be decoded: ${problem}`,
    "the file was cut short or damaged, fetch it again",
  );

/** `image/unreadable` */
export const oversizedImage = (file: string, found: Size, most: { readonly pixels: number; readonly side: number }) =>
  fail(
    "image/unreadable",
    `${file} says it is ${pixels(found)} pixels, expected at most ${most.pixels} in all and ${most.side} on a side: ` +
      "a small file can claim any size, and memory must hold three bytes for each pixel",
    "scale the picture down first",
  );

/** `image/format` */
export const unknownExtension = (file: string, known: readonly string[]) =>
  fail("image/format", `${file} does not end in ${known.join(", ")}`, "the extension says which format to write");

/** `image/write` */
export const encodeFailed = (file: string, size: Size, problem: string) =>
  fail("image/write", `a picture of ${pixels(size)} pixels cannot be written as ${file}: ${problem}`);

/** `image/batch` */
export const mixedBatch = (sizes: readonly Size[]) =>
  fail(
    "image/batch",
    sizes.length === 0
      ? "there is no picture to make a batch of, expected one or more"
      : `pictures of ${[...new Set(sizes.map(pixels))].join(" and ")} pixels cannot share a batch`,
    "letterbox them to one size, without a stride",
  );

/** `detect/output` */
export const unexpectedOutput = (found: TensorType, expected: string) =>
  fail("detect/output", `the output is ${formatType(found)}, expected ${expected}`, "is this a detector, decoded?");

/** `detect/threshold` */
export const badThreshold = (name: string, value: number, expected: string) =>
  fail("detect/threshold", `${name} is ${value}, expected ${expected}`);

/** `detect/masks` */
export const missingMasks = (reference: Masked, candidate: Masked) =>
  fail(
    "detect/masks",
    `the reference has ${counted(reference)}, the candidate ${counted(candidate)}: expected one mask for each detection in both, or none`,
    "compare two detectors or two segmenters",
  );

interface Masked {
  readonly detections: readonly unknown[];
  readonly masks: readonly unknown[];
}

const counted = ({ detections, masks }: Masked): string => `${masks.length} masks for ${detections.length} detections`;
