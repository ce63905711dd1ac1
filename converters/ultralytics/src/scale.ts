import { asNumber, isDict, isList, type PyDict, type PyValue, wrongKey } from "@yolo-compile/network";

/** The gains of a scale: for repeats and channels, and the most channels before scaling. */
export interface Gains {
  readonly depth: number;
  readonly width: number;
  readonly most: number;
}

/** A scale by its letter, "" where there is none, with its gains. */
export interface Scale {
  readonly letter: string;
  readonly gains: Gains;
}

const UNSCALED: Gains = { depth: 1, width: 1, most: Number.POSITIVE_INFINITY };

/** The letter in a model's name: `n` of yolov8n-seg, yolo11n. */
const letterOf = (name: string): string => /yolo(?:e-)?v?\d+([nslmx])/.exec(name)?.[1] ?? "";

/**
 * `yolov8-seg.yaml` for `yolov8n-seg.yaml`, in the same folder; undefined for other paths. Source: ultralytics 8.4.190
 * nn/tasks.py yaml_model_load.
 */
export function withoutScale(path: string): string | undefined {
  const [, before, after] = /^(.*yolo(?:e-)?v?\d+)[nslmx]([^/\\]*\.ya?ml)$/.exec(path) ?? [];
  return before === undefined ? undefined : `${before}${after}`;
}

/**
 * The scale of a document: the letter in a checkpoint's yaml, else the one in `name`, else the first of `scales`. Yamls
 * without `scales` have the gains themselves.
 * @throws yaml/value
 */
export function readScale(document: PyDict, name: string): Scale {
  const letter = givenLetter(document, name);
  const scales = document.get("scales") ?? null;
  if (scales === null) return { letter, gains: plainGains(document, name) };
  if (!isDict(scales) || scales.size === 0) throw wrongKey(name, "scales", scales, SCALES);
  const chosen = letter === "" ? [...scales.keys()][0]! : letter;
  const row = scales.get(chosen);
  const numbers = row !== undefined && isList(row) ? row.map(asNumber) : [];
  if (numbers.length !== 3 || !numbers.every((each) => each !== undefined && each > 0 && each <= 1e6))
    throw wrongKey(name, `scales.${chosen}`, row ?? null, SCALES);
  const [depth, width, most] = numbers as [number, number, number];
  return { letter: chosen, gains: { depth, width, most } };
}

const SCALES = "[depth, width, most channels] for each letter, such as n: [0.33, 0.25, 1024]";

function givenLetter(document: PyDict, name: string): string {
  const stored = document.get("scale");
  if (typeof stored === "string") return stored;
  const file = document.get("yaml_file");
  return letterOf(typeof file === "string" ? file : name);
}

function plainGains(document: PyDict, name: string): Gains {
  const gain = (key: string): number => {
    const value: PyValue = document.get(key) ?? 1;
    const number = asNumber(value);
    if (number === undefined || !(number > 0 && number <= 100)) throw wrongKey(name, key, value, "a number above 0");
    return number;
  };
  return { ...UNSCALED, depth: gain("depth_multiple"), width: gain("width_multiple") };
}
