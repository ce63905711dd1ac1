import {
  bareCall,
  type ConfigRow,
  gainedRepeats,
  isDict,
  type ModelConfig,
  makeDivisible,
  missingKeys,
  type NetworkCounts,
  type PyDict,
  type PyValue,
  readActivation,
  readInteger,
  readRows,
  wrongKey,
} from "@yolo-compile/network";
import { alternativesOf } from "./alternatives.js";
import { otherHead } from "./heads-stored.js";
import { metadataOf, taskOf } from "./metadata.js";
import { readScale } from "./scale.js";

/** Keys without which parse_model cannot run. */
export const REQUIRED = ["nc", "backbone", "head"];

/** initialize_weights sets the first on every BatchNorm2d after building; classifiers never call it. */
const BATCH_NORM_EPS = { initialized: 1e-3, torch: 1e-5 };

/** Ultralytics' own size for measuring strides, then larger ones for networks that cannot run it. */
const PROBE_SIZES = [256, 640, 1280];

const SILU = bareCall("nn.SiLU");

/** From the first row with one of these on, branches of classes are the lighter ones. */
const LIGHT_HEADS = ["C3k2", "A2C2f", "C2fCIB"];

/** @throws yaml/keys, yaml/value, yaml/row */
export function readConfig(document: PyValue, name: string): ModelConfig {
  if (!isDict(document)) throw wrongKey(name, "the document", document, "a mapping with nc, backbone and head");
  if (!REQUIRED.every((key) => document.has(key))) throw missingKeys(name, document, REQUIRED, "Ultralytics");
  const { letter, gains } = readScale(document, name);
  const rows = [...readRows(document, "backbone", name), ...readRows(document, "head", name)];
  const scaledChannels = (wanted: number): number => makeDivisible(Math.min(wanted, gains.most) * gains.width, 8);
  const nc = readInteger(document, "nc", name, 1);
  const ch = channelsOf(document, name);
  const task = taskOf(rows.at(-1)?.module ?? "");
  return {
    name,
    nc,
    ch,
    rows,
    activation: readActivation(document, name) ?? SILU,
    names: new Map<string, PyValue>([["nc", nc], ...keptOf(document, ["kpt_shape"])]),
    settings: settingsOf(document, rows, letter),
    batchNormEps: task === "classify" ? BATCH_NORM_EPS.torch : BATCH_NORM_EPS.initialized,
    root: "model",
    probeSizes: PROBE_SIZES,
    literalArguments: true,
    tableWidths: { from: 20, module: 45 },
    profiler: "thop 2",
    notNeeded: [],
    gainedRepeats: (repeats) => gainedRepeats(repeats, gains.depth),
    scaledChannels,
    outputChannels: scaledChannels,
    summaryLine,
    metadata: (facts) => metadataOf({ ...facts, document, rows, ch }),
    otherHead: (stored) => otherHead(task, stored),
    alternatives: (stored) =>
      alternativesOf({ document, nc, letter }, stored).map(({ changes, changed }) => ({
        config: readConfig(new Map([...document, ...changed]), name),
        changes,
      })),
  };
}

/** `channels`, or `ch` as in 2023. */
function channelsOf(document: PyDict, name: string): number {
  const key = ["channels", "ch"].find((each) => (document.get(each) ?? null) !== null);
  return key ? readInteger(document, key, name, 1) : 3;
}

const keptOf = (document: PyDict, keys: readonly string[]): [string, PyValue][] =>
  keys.flatMap((key): [string, PyValue][] => {
    const value = document.get(key) ?? null;
    return value === null ? [] : [[key, value]];
  });

/** Values besides its row that a module is planned by. */
const settingsOf = (document: PyDict, rows: readonly ConfigRow[], letter: string): PyDict =>
  new Map<string, PyValue>([
    ["scale", letter],
    ["legacy", !rows.some(({ module }) => LIGHT_HEADS.includes(module))],
    ...keptOf(document, ["reg_max", "end2end"]),
  ]);

const grouped = (count: number): string => count.toLocaleString("en-US");

/** The name with YOLO in capitals, as ultralytics prints it: `YOLOv8n`, `YOLO11n`. */
const summaryLine = ({ name, leaves, parameters, gradients, gflops }: NetworkCounts): string =>
  `${name.replace(/yolo/, "YOLO")} summary: ${grouped(leaves)} layers, ${grouped(parameters)} parameters, ${grouped(gradients)} gradients, ${gflops.toFixed(1)} GFLOPs`;
