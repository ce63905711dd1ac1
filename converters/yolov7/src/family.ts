import {
  type Evidence,
  type Family,
  isDict,
  isList,
  joinLibraries,
  type NetworkCounts,
  type PyValue,
} from "@yolo-compile/network";
import { YOLOV5 } from "@yolo-compile/yolov5";
import { YOLOV7_MODULES } from "./modules/index.js";

/** Rows that tell a yaml from YOLOv5's, which the others of the family have come to as well. */
const TELLING = ["MP", "SP", "ReOrg", "DownC", "IDetect", "IAuxDetect"];

/** The named networks are YOLOv5's own. */
const { named: _, ...NETWORKS } = YOLOV5.networks;

/** YOLOv7, a fork of YOLOv5 v5.0: the same yaml and boxes, with rows and heads of its own. */
export const YOLOV7: Family = {
  name: "YOLOv7",
  modules: joinLibraries([YOLOV7_MODULES, YOLOV5.modules]),
  networks: {
    ...NETWORKS,
    looksLike: `a yaml as YOLOv5's with a row of ${TELLING.join(", ")}; a checkpoint of models.yolo with implicits`,
    recognizes,
    readConfig: (document: PyValue, name: string) => ({ ...YOLOV5.networks.readConfig(document, name), summaryLine }),
  },
};

/** Classes of YOLOv5's models since v6.2; before, they were `models.yolo.Model`, as YOLOv7's are. */
const YOLOV5_CLASS = /\.(Detection|Segmentation|Classification|Base)Model$/;

/** A yaml tells by its rows; a checkpoint without one by the names of its weights. */
function recognizes({ document, className = "", stored }: Evidence): boolean {
  if (YOLOV5_CLASS.test(className)) return false;
  if (document === undefined) return [...(stored?.keys() ?? [])].some((name) => name.endsWith(".implicit"));
  if (!isDict(document) || document.has("scales")) return false;
  return ["backbone", "head"].some((key) => rowsOf(document.get(key)).some((row) => TELLING.includes(moduleOf(row))));
}

const rowsOf = (section: PyValue | undefined): readonly PyValue[] =>
  section !== undefined && isList(section) ? section : [];

/** The module's name in `[from, number, module, args]`, or nothing. */
function moduleOf(row: PyValue): string {
  const module = isList(row) ? row[2] : undefined;
  return typeof module === "string" ? module : "";
}

/** Every parameter counts as one with a gradient. */
const summaryLine = ({ layers, parameters, gflops }: NetworkCounts): string =>
  `Model Summary: ${layers} layers, ${parameters} parameters, ${parameters} gradients, ${gflops.toFixed(1)} GFLOPS`;
