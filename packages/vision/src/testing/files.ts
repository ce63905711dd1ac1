import { readFileSync } from "node:fs";
import { findReference, fixturePath } from "@yolo-compile/testkit";
import { decodeImage } from "../decode.js";
import type { Image } from "../image.js";

const reference = findReference();

/** A file of fixtures/shapes. */
export const shapesFile = (path: string): string => fixturePath(`shapes/${path}`);

export const shapesPicture = (name: string): Promise<Image> =>
  decodeImage(readFileSync(shapesFile(`pictures/${name}`)), name);

/** A file of the reference beside the checkout. */
export function referenceFile(path: string): string {
  if (typeof reference === "string") throw new Error(reference);
  return reference.path(path);
}

/** The reason for which tests against the reference are skipped, printed once a test file; undefined where it is there. */
export function missingReference(): string | undefined {
  if (typeof reference !== "string") return undefined;
  const reason = `skipped: ${reference}`;
  process.stderr.write(`${reason}\n`);
  return reason;
}

/** The results of OpenCV and YOLOv5; made by goldens.py. */
export const goldens = JSON.parse(readFileSync(new URL("goldens.json", import.meta.url), "utf8")) as Goldens; // our own file, of the form that goldens.py writes

export interface Goldens {
  /** crc32 of the RGB bytes that `imread` gives for the pictures of fixtures/shapes. */
  readonly pictures: Readonly<Record<string, { readonly size: Pair; readonly crc32: number }>>;
  readonly cmyk: { readonly base64: string; readonly size: Pair; readonly crc32: number };
  readonly resize: readonly { readonly from: Pair; readonly to: Pair; readonly crc32: number }[];
  readonly letterbox: readonly {
    readonly from: Pair;
    readonly size: Pair;
    readonly stride: number | null;
    readonly to: Pair;
    readonly crc32: number;
  }[];
  /** Rows are box, score and class. */
  readonly portrait: readonly {
    readonly options: Readonly<Record<string, unknown>>;
    readonly rows: readonly (readonly number[])[];
    readonly scaled: readonly (readonly number[])[];
  }[];
  readonly random: readonly {
    readonly shape: readonly [number, number, number];
    readonly options: Readonly<Record<string, unknown>>;
    readonly counts: readonly number[];
    readonly crc32: number;
  }[];
  readonly masks: {
    readonly counts: readonly number[];
    readonly input: readonly { readonly pixels: number; readonly crc32: number }[];
    readonly native: readonly { readonly pixels: number; readonly crc32: number }[];
  };
}

/** Width and height. */
type Pair = readonly [number, number];
