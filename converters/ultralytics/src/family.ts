import { type Evidence, type Family, isDict, isList, type PyDict, type PyValue } from "@yolo-compile/network";
import { REQUIRED, readConfig } from "./config.js";
import { decodeMaps, FAMILY } from "./decode-maps.js";
import { ULTRALYTICS_MODULES } from "./modules/index.js";
import { OFFICIAL } from "./official.js";
import { outputsOf } from "./outputs-of.js";
import { withoutScale } from "./scale.js";

/** YOLOv8, YOLO11, YOLOv5u, YOLOv10, YOLO12, YOLO26 and the other networks of the package `ultralytics`. */
export const ULTRALYTICS: Family = {
  name: FAMILY,
  modules: ULTRALYTICS_MODULES,
  networks: {
    looksLike: `a yaml with ${REQUIRED.join(", ")} and no anchors; a checkpoint of ultralytics.nn.tasks`,
    recognizes,
    readConfig,
    withoutScale,
    outputsOf,
    decodeMaps,
    named: OFFICIAL,
  },
};

const CLASS_PATH = /^ultralytics\./;

/**
 * Whether the class is ultralytics', or else the yaml has no anchors; of weights alone, whether they have the head's
 * branches.
 */
function recognizes({ document, className, stored }: Evidence): boolean {
  if (CLASS_PATH.test(className ?? "")) return true;
  if (document !== undefined) return isDict(document) && isOwn(document);
  return [...(stored?.keys() ?? [])].some((name) => /(^|\.)cv2\.0\.2\.weight$/.test(name));
}

function isOwn(document: PyDict): boolean {
  if (!["backbone", "head"].every((key) => document.has(key))) return false;
  return document.has("scales") || !(document.has("anchors") || namesAnchors(document.get("head")!));
}

/** True if a row takes `anchors`, as YOLOv5's Detect does. */
const namesAnchors = (rows: PyValue): boolean =>
  isList(rows) &&
  rows.some((row) => isList(row) && isList(row[3] ?? null) && (row[3] as readonly PyValue[]).includes("anchors"));
