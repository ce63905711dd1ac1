import {
  asNumber,
  bareCall,
  type CompiledFacts,
  gainedRepeats,
  isDict,
  isList,
  type ModelConfig,
  makeDivisible,
  missingKeys,
  type NetworkCounts,
  type PyDict,
  type PyValue,
  parseLiteral,
  readActivation,
  readInteger,
  readPositive,
  readRows,
  repr,
  wrongKey,
} from "@yolo-compile/network";
import { alternativeYamls } from "./alternatives.js";
import { anchorCount, anchorRows } from "./anchors.js";
import { otherHead } from "./heads-stored.js";
import { BOX_COLUMNS } from "./layout.js";
import { stridesOfAnchors } from "./stored-strides.js";
import type { Yolov5Yaml } from "./yolov5-yaml.js";

/** Keys without which parse_model cannot run. */
export const REQUIRED = ["nc", "depth_multiple", "width_multiple", "anchors", "backbone", "head"];

/** initialize_weights sets this on every BatchNorm2d after building. */
const BATCH_NORM_EPS = 1e-3;

/** A key of our own yamls: a classifier gets its head after initialize_weights, so that torch's `eps` stays there. */
export const HEAD_EPS = "head_eps";

/** YOLOv5's own size for measuring strides, then larger ones for networks that cannot run it. */
const PROBE_SIZES = [256, 640, 1280];

const SILU = bareCall("nn.SiLU");

/** @throws yaml/keys, yaml/value, yaml/row */
export function readConfig(document: PyValue, name: string): ModelConfig {
  if (!isDict(document))
    throw wrongKey(name, "the document", document, "a mapping with nc, anchors, backbone and head");
  if (!REQUIRED.every((key) => document.has(key))) throw missingKeys(name, document, REQUIRED, "YOLOv5");
  const activation = readActivation(document, name);
  return configOf({
    name,
    nc: readInteger(document, "nc", name, 1),
    depthMultiple: readPositive(document, "depth_multiple", name),
    widthMultiple: readPositive(document, "width_multiple", name),
    anchors: readAnchors(document.get("anchors")!, name),
    ch: document.has("ch") ? readInteger(document, "ch", name, 1) : 3,
    ...(activation && { activation }),
    ...(document.has(HEAD_EPS) && { headEps: readPositive(document, HEAD_EPS, name) }),
    rows: [...readRows(document, "backbone", name), ...readRows(document, "head", name)],
  });
}

function readAnchors(value: PyValue, name: string): PyValue {
  const count = typeof value === "string" ? parseLiteral(value, new Map()) : value;
  if (typeof count === "number" && count >= 1 && count <= 100) return count;
  const rows = isList(value) ? value : [];
  const fits = (row: PyValue): boolean =>
    isList(row) && row.length > 0 && row.length % 2 === 0 && row.every((item) => asNumber(item) !== undefined);
  const first = rows[0];
  if (!first || !rows.every((row) => fits(row) && isList(row) && isList(first) && row.length === first.length))
    throw wrongKey(name, "anchors", value, "a count, or a list with the same number of w,h pairs for each level");
  return value;
}

/** The rules of parse_model for a yaml, and of its checkpoints and exports. */
function configOf(yaml: Yolov5Yaml): ModelConfig {
  const { name, nc, ch, rows, activation = SILU, anchors } = yaml;
  const detectChannels = anchorCount(anchors) * (nc + BOX_COLUMNS);
  const scaledChannels = (wanted: number): number => makeDivisible(wanted * yaml.widthMultiple, 8);
  return {
    name,
    nc,
    ch,
    rows,
    activation,
    names: argumentNames(yaml, detectChannels),
    batchNormEps: BATCH_NORM_EPS,
    ...(yaml.headEps !== undefined && { rowEps: new Map([[rows.length - 1, yaml.headEps]]) }),
    root: "model",
    probeSizes: PROBE_SIZES,
    // v5.0's copy of the anchors.
    notNeeded: ["anchor_grid"],
    gainedRepeats: (repeats) => gainedRepeats(repeats, yaml.depthMultiple),
    scaledChannels,
    outputChannels: (wanted) => (wanted === detectChannels ? wanted : scaledChannels(wanted)),
    summaryLine,
    metadata,
    storedStrides: (stored) => stridesOfAnchors(anchorRows(anchors), stored),
    otherHead: (stored) => otherHead(rows.at(-1)?.module, stored),
    alternatives: (stored) =>
      alternativeYamls(yaml, stored).map(({ yaml: other, changes }) => ({ config: configOf(other), changes })),
  };
}

/** The names that parse_model's `eval` knows. */
const argumentNames = (yaml: Yolov5Yaml, detectChannels: number): PyDict =>
  new Map<string, PyValue>([
    ["nc", yaml.nc],
    ["anchors", yaml.anchors],
    ["na", anchorCount(yaml.anchors)],
    ["no", detectChannels],
    ["gd", { pyFloat: yaml.depthMultiple }],
    ["gw", { pyFloat: yaml.widthMultiple }],
  ]);

/** Every parameter counts as one with a gradient. */
const summaryLine = ({ name, layers, parameters, gflops }: NetworkCounts): string =>
  `${name} summary: ${layers} layers, ${parameters} parameters, ${parameters} gradients, ${gflops.toFixed(1)} GFLOPs`;

/** The metadata that YOLOv5's own export writes. */
const metadata = ({ strides, names, openStep = 1 }: CompiledFacts): ReadonlyMap<string, string> =>
  new Map([
    ["names", `{${names.map((each, index) => `${index}: ${repr(each)}`).join(", ")}}`],
    ["stride", String(Math.max(32, openStep, ...strides))],
  ]);
