import { castTensor, isFloat, type Tensor } from "@yolo-compile/core";
import { brokenMaps, type DecodedOutput, type EndingFacts, type MapFacts } from "@yolo-compile/network";
import { anchorLayout } from "./heads/layout.js";

/** The family's name. */
export const FAMILY = "Ultralytics";

/** What decodes the maps of a detector. */
export interface MapDecoding extends MapFacts {
  readonly classes: number;
  /** Bins of a distance; 1 for a distance that is a number. */
  readonly bins: number;
  /** Pixels of a cell's side, by level. */
  readonly strides: readonly number[];
}

const SIDES = 4;

/**
 * The boxes of a detector's maps as columns: the same numbers as a decoded graph gives, computed in float64 and rounded once.
 * @throws detect/maps
 */
export function decodeMaps(facts: EndingFacts, outputs: readonly Tensor[]): readonly DecodedOutput[] | undefined {
  if (facts.maps?.family !== FAMILY) return undefined;
  const { classes, bins, strides } = checked(facts.maps);
  const maps = outputs.slice(0, strides.length).map((tensor) => mapOf(tensor, SIDES * bins + classes));
  const [first] = maps;
  if (!first || maps.length < strides.length || maps.some(({ pictures }) => pictures !== first.pictures))
    throw brokenMaps(`${outputs.length} outputs`, `${strides.length} maps of one batch`);
  const columns = maps.reduce((sum, { cells }) => sum + cells, 0);
  const rows = SIDES + classes;
  const data = new Float32Array(first.pictures * rows * columns);
  for (let picture = 0; picture < first.pictures; picture++) {
    let start = picture * rows * columns;
    maps.forEach((map, level) => {
      for (let cell = 0; cell < map.cells; cell++) {
        const box = boxAt(map, picture, cell, bins, strides[level]!);
        box.forEach((side, row) => {
          data[start + row * columns + cell] = side;
        });
        for (let label = 0; label < classes; label++) {
          const value = map.at(picture, SIDES * bins + label, cell);
          data[start + (SIDES + label) * columns + cell] =
            facts.head === "sigmoid" ? value : 1 / (1 + Math.exp(-value));
        }
      }
      start += map.cells;
    });
  }
  const tensor: Tensor = { dtype: "f32", shape: [first.pictures, rows, columns], data };
  return [{ tensor, layout: { output: "output0", ...anchorLayout(classes, {}) } }];
}

/** The most of anything that the facts count; no detector has as many. */
const MOST = 1 << 16;

/** @throws detect/maps */
function checked({ family, classes, bins, strides }: MapFacts): MapDecoding {
  const isCount = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST;
  const fits =
    isCount(classes) &&
    isCount(bins) &&
    Array.isArray(strides) &&
    strides.every((stride) => typeof stride === "number" && Number.isFinite(stride));
  if (!fits) throw brokenMaps("other facts", "classes, bins and the stride of each level");
  return { family, classes, bins, strides };
}

interface LevelMap {
  readonly pictures: number;
  readonly cells: number;
  readonly width: number;
  at(picture: number, channel: number, cell: number): number;
}

/** @throws detect/maps unless it is [n,channels,h,w] */
function mapOf(tensor: Tensor, channels: number): LevelMap {
  const [pictures = 0, found, height = 0, width = 0] = tensor.shape;
  if (tensor.shape.length !== 4 || found !== channels || !isFloat(tensor.dtype))
    throw brokenMaps(`[${tensor.shape.join(",")}]`, `floats [n,${channels},h,w]`);
  const values = castTensor(tensor, "f32").data as Float32Array; // f32 by the cast
  const cells = height * width;
  const at = (picture: number, channel: number, cell: number): number =>
    values[(picture * channels + channel) * cells + cell]!;
  return { pictures, cells, width, at };
}

/** Centre and size in pixels, from the expected distances to left, top, right, bottom. */
function boxAt(map: LevelMap, picture: number, cell: number, bins: number, stride: number): readonly number[] {
  const distances = Array.from({ length: SIDES }, (_, side) =>
    expected(Array.from({ length: bins }, (_each, bin) => map.at(picture, side * bins + bin, cell))),
  );
  const [left, top, right, bottom] = distances as [number, number, number, number];
  const [x, y] = [(cell % map.width) + 0.5, Math.floor(cell / map.width) + 0.5];
  return [x + (right - left) / 2, y + (bottom - top) / 2, left + right, top + bottom].map((side) => side * stride);
}

/** The mean of the bins by the probabilities of their logits; a single one is the distance itself. */
function expected(logits: readonly number[]): number {
  if (logits.length === 1) return logits[0]!;
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, bin) => sum + weight * bin, 0) / total;
}
