import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeImage } from "../decode.js";
import type { Image } from "../image.js";

const ROOT = new URL("../../../../", import.meta.url);
const REFERENCE = new URL("../shared/reference/", ROOT);

/** A file of fixtures/shapes. */
export const shapesFile = (path: string): string => fileURLToPath(new URL(`fixtures/shapes/${path}`, ROOT));

export const shapesPicture = (name: string): Promise<Image> =>
  decodeImage(readFileSync(shapesFile(`pictures/${name}`)), name);

/** A file of the reference beside the checkout. */
export const referenceFile = (path: string): string => fileURLToPath(new URL(path, REFERENCE));

/** Why tests against the reference are skipped, printed once a test file; undefined where it is there. */
export function missingReference(): string | undefined {
  if (existsSync(REFERENCE)) return undefined;
  const reason = "skipped: no reference beside the checkout (../shared/reference)";
  process.stderr.write(`${reason}\n`);
  return reason;
}

/** What OpenCV and YOLOv5 answer; made by goldens.py. */
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
