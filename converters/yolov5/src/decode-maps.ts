import { castTensor, elementCount, isFloat, type Tensor } from "@yolo-compile/core";
import { brokenMaps, type DecodedOutput, type EndingFacts, type MapFacts } from "@yolo-compile/network";
import { BOX_COLUMNS, boxLayout, prototypeLayout } from "./layout.js";

/** The family's name. */
export const FAMILY = "YOLOv5";

/** What decodes the maps of a detector or segmenter. */
export interface MapDecoding extends MapFacts {
  readonly classes: number;
  readonly masks: number;
  /** Pixels of a cell's side, by level. */
  readonly strides: readonly number[];
  /** Width and height in pixels, by level: [levels][anchors][2]. */
  readonly anchors: readonly (readonly (readonly number[])[])[];
}

/**
 * The boxes of a detector's maps, and the prototypes behind them: the same numbers as a decoded graph gives, computed in
 * float64 and rounded once. @throws detect/maps
 */
export function decodeMaps(facts: EndingFacts, outputs: readonly Tensor[]): readonly DecodedOutput[] | undefined {
  if (facts.maps?.family !== FAMILY) return undefined;
  const decoding = checked(facts.maps);
  const { anchors, classes, masks } = decoding;
  const maps = outputs.slice(0, anchors.length);
  const rows = maps.map((map, level) => decodeMap(map, level, decoding, facts.head === "sigmoid"));
  const columns = BOX_COLUMNS + classes + masks;
  const prototypes = masks > 0 ? outputs[anchors.length] : undefined;
  if (rows.length < anchors.length || (masks > 0 && !prototypes))
    throw brokenMaps(`${outputs.length} outputs`, `${anchors.length} maps${masks > 0 ? " and prototypes" : ""}`);
  const boxes = { tensor: joined(rows, columns), layout: { output: "output0", ...boxLayout(classes, masks) } };
  if (!prototypes) return [boxes];
  return [boxes, { tensor: prototypes, layout: { output: "output1", ...prototypeLayout(masks) } }];
}

/** The most of anything that the facts count; no detector has as many. */
const MOST = 1 << 16;

/** @throws detect/maps */
function checked({ family, classes, masks, strides, anchors }: MapFacts): MapDecoding {
  const isCount = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST;
  const isPair = (pair: unknown): pair is number[] => isNumbers(pair) && pair.length === 2;
  const isLevel = (level: unknown): level is number[][] => Array.isArray(level) && level.every(isPair);
  const fits =
    isCount(classes) &&
    isCount(masks) &&
    isNumbers(strides) &&
    Array.isArray(anchors) &&
    anchors.every(isLevel) &&
    anchors.length === strides.length;
  if (!fits) throw brokenMaps("other facts", "classes, masks, and strides and anchors of each level");
  return { family, classes, masks, strides, anchors };
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));

/** Rows of one level: [n,na*h*w,no]. */
interface Rows {
  readonly pictures: number;
  readonly data: Float32Array;
}

/** map: [n,na*no,h,w] -> [n,na*h*w,no]. yolov5 v7.0 models/yolo.py Detect */
function decodeMap(map: Tensor, level: number, decoding: MapDecoding, activated: boolean): Rows {
  const { classes, masks, strides, anchors } = decoding;
  const columns = BOX_COLUMNS + classes + masks;
  const [n = 0, channels, height = 0, width = 0] = map.shape;
  const own = anchors[level]!;
  if (map.shape.length !== 4 || channels !== own.length * columns || !isFloat(map.dtype))
    throw brokenMaps(`[${map.shape.join(",")}] at level ${level}`, `floats [n,${own.length * columns},h,w]`);
  const cells = height * width;
  const values = castTensor(map, "f32").data as Float32Array; // f32 by the cast
  const data = new Float32Array(elementCount(map.shape));
  const stride = strides[level]!;
  for (let plane = 0; plane < n * own.length; plane++) {
    const [anchorWidth, anchorHeight] = own[plane % own.length] as [number, number];
    for (let column = 0; column < columns; column++) {
      const from = (plane * columns + column) * cells;
      for (let cell = 0; cell < cells; cell++) {
        const value = values[from + cell]!;
        const p = activated || column >= columns - masks ? value : 1 / (1 + Math.exp(-value));
        let number = p;
        if (column === 0) number = (2 * p - 0.5 + (cell % width)) * stride;
        else if (column === 1) number = (2 * p - 0.5 + Math.floor(cell / width)) * stride;
        else if (column === 2) number = (2 * p) ** 2 * anchorWidth;
        else if (column === 3) number = (2 * p) ** 2 * anchorHeight;
        data[(plane * cells + cell) * columns + column] = number;
      }
    }
  }
  return { pictures: n, data };
}

/** The levels of each picture, one below the other. @throws detect/maps */
function joined(levels: readonly Rows[], columns: number): Tensor {
  const [{ pictures } = { pictures: 0 }] = levels;
  if (levels.some((level) => level.pictures !== pictures)) throw brokenMaps("maps of other batches", "one batch");
  const data = new Float32Array(levels.reduce((sum, level) => sum + level.data.length, 0));
  let at = 0;
  for (let picture = 0; picture < pictures; picture++)
    for (const level of levels) {
      const size = level.data.length / pictures;
      data.set(level.data.subarray(picture * size, (picture + 1) * size), at);
      at += size;
    }
  const rows = pictures === 0 || columns === 0 ? 0 : data.length / pictures / columns;
  return { dtype: "f32", shape: [pictures, rows, columns], data };
}
