import { NUMBER_KINDS, type OutputLayout, type OutputPart, PART_NAMES } from "@yolo-compile/core";
import { brokenEnding } from "./diagnostics.js";
import {
  BOX_FORMS,
  ENDING_KEY,
  type EndingFacts,
  HEADS,
  MASK_SIZES,
  type MapFacts,
  type Suppression,
} from "./ending.js";

/** The longest text that is read: layouts are a few hundred characters, anchors as many. */
const MOST_CHARACTERS = 1 << 16;

/** No model of ours has as many outputs, or parts of one. */
const MOST_PARTS = 1 << 10;

/**
 * What the metadata of a model say about its outputs; undefined where it has the family's own, or is not of ours.
 * @throws network/ending where the entry is damaged
 */
export function readEnding(metadata: ReadonlyMap<string, string>): EndingFacts | undefined {
  const text = metadata.get(ENDING_KEY);
  if (text === undefined) return undefined;
  if (text.length > MOST_CHARACTERS) throw brokenEnding(`${text.length} characters, at most ${MOST_CHARACTERS}`);
  const found = parse(text);
  const { head, boxes, suppression, withParts, masks, maskStride, top, levels, outputs, maps } = found;
  return {
    head: choice("head", head, HEADS),
    boxes: choice("boxes", boxes, BOX_FORMS),
    ...(suppression !== undefined && { suppression: rulesOf(suppression) }),
    ...(masks !== undefined && { masks: choice("masks", masks, MASK_SIZES) }),
    ...(maskStride !== undefined && { maskStride: whole("maskStride", maskStride) }),
    ...(top !== undefined && { top: whole("top", top) }),
    ...(levels !== undefined && { levels: list("levels", levels).map((level) => whole("a level", level)) }),
    ...(withParts !== undefined && { withParts: flag("withParts", withParts) }),
    outputs: list("outputs", outputs).map(layoutOf),
    ...(maps !== undefined && { maps: mapsOf(maps) }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields {
  try {
    return record("the entry", JSON.parse(text));
  } catch (error) {
    throw error instanceof SyntaxError ? brokenEnding("no JSON") : error;
  }
}

function record(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw brokenEnding(`${name} is no object`);
  return { ...value };
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length > MOST_PARTS) throw brokenEnding(`${name} is no short list`);
  return value;
}

function choice<Known extends string>(name: string, value: unknown, known: readonly Known[]): Known {
  const found = known.find((each) => each === value);
  if (found === undefined) throw brokenEnding(`${name} is ${JSON.stringify(value)}, expected ${known.join(", ")}`);
  return found;
}

function whole(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw brokenEnding(`${name} is no count`);
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw brokenEnding(`${name} is no text`);
  return value;
}

function fraction(name: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) throw brokenEnding(`${name} is no share`);
  return value;
}

function flag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw brokenEnding(`${name} is neither true nor false`);
  return value;
}

function rulesOf(value: unknown): Suppression {
  const { confidence, iou, maxDetections, agnostic, multiLabel } = record("suppression", value);
  return {
    confidence: fraction("confidence", confidence),
    iou: fraction("iou", iou),
    maxDetections: whole("maxDetections", maxDetections),
    agnostic: flag("agnostic", agnostic),
    multiLabel: flag("multiLabel", multiLabel),
  };
}

function layoutOf(value: unknown): OutputLayout {
  const { output, axis, parts } = record("an output", value);
  return {
    output: text("output", output),
    axis: whole("axis", axis),
    parts: list("parts", parts).map(partOf),
  };
}

function partOf(value: unknown): OutputPart {
  const { name, kind, count } = record("a part", value);
  return {
    name: choice("name", name, PART_NAMES),
    kind: choice("kind", kind, NUMBER_KINDS),
    count: whole("count", count),
  };
}

function mapsOf(value: unknown): MapFacts {
  const { family, ...facts } = record("maps", value);
  return { ...facts, family: text("family", family) };
}
