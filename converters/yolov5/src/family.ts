import { elementCount, toFloat64 } from "@yolo-compile/core";
import { type Evidence, type Family, isDict, type StoredWeights } from "@yolo-compile/network";
import { REQUIRED, readConfig } from "./config.js";
import { decodeMaps, FAMILY } from "./decode-maps.js";
import { outputsOf } from "./layout.js";
import { YOLOV5_MODULES } from "./modules/index.js";
import { OFFICIAL } from "./official.js";

/** YOLOv5, v5.0 to v7.0. */
export const YOLOV5 = {
  name: FAMILY,
  modules: YOLOV5_MODULES,
  networks: {
    looksLike: `a yaml with ${REQUIRED.join(", ")}; a checkpoint of models.yolo with anchors`,
    recognizes,
    readConfig,
    outputsOf,
    decodeMaps,
    named: OFFICIAL,
    storedFacts,
  },
} satisfies Family;

/** `models.yolo.DetectionModel`, or `Model` up to v6.2, of a clone or of the package on PyPI. */
const CLASS_PATH = /(^|\.)models\.yolo\.\w+$/;

/**
 * Whether a yaml, even an incomplete one, is the family's; of a checkpoint without one, the class or the names of the
 * weights tell.
 */
function recognizes({ document, className, stored }: Evidence): boolean {
  if (document !== undefined)
    return isDict(document) && ["backbone", "head"].some((key) => document.has(key)) && !document.has("scales");
  return CLASS_PATH.test(className ?? "") || (stored !== undefined && anchorsOf(stored) !== undefined);
}

/** [levels,anchors,2] of the Detect or Segment module. */
const anchorsOf = (stored: StoredWeights) =>
  [...stored].find(([name, { shape }]) => /(^|\.)anchors$/.test(name) && shape.length === 3)?.[1];

/** The most numbers that are anchors. */
const MOST_ANCHORS = 1024;

/** The anchors of the weights, which are in units of the stride. */
function storedFacts(stored: StoredWeights): ReadonlyMap<string, string> {
  const found = anchorsOf(stored);
  if (!found || elementCount(found.shape) > MOST_ANCHORS) return new Map();
  const [levels, pairs] = found.shape as [number, number];
  const values = toFloat64(found.read());
  const nested = Array.from({ length: levels }, (_, level) =>
    Array.from({ length: pairs }, (_, pair) => [
      ...values.subarray((level * pairs + pair) * 2, (level * pairs + pair + 1) * 2),
    ]),
  );
  return new Map([["anchors", JSON.stringify(nested)]]);
}
