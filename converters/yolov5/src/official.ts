import { makeDivisible, type NamedNetworks, type NetworkGuess, type StoredWeights } from "@yolo-compile/network";
import { HEAD_EPS } from "./config.js";
import { BOX_COLUMNS } from "./layout.js";

/** Depth and width by the letter in the name. */
const GAINS: ReadonlyMap<string, readonly [depth: number, width: number]> = new Map([
  ["n", [0.33, 0.25]],
  ["s", [0.33, 0.5]],
  ["m", [0.67, 0.75]],
  ["l", [1, 1]],
  ["x", [1.33, 1.25]],
]);

/** Channels and repeats of the stages from stride 8 on, and the anchors of their levels. */
interface Pyramid {
  readonly channels: readonly number[];
  readonly repeats: readonly number[];
  readonly anchors: readonly (readonly number[])[];
}

const P5: Pyramid = {
  channels: [256, 512, 1024],
  repeats: [6, 9, 3],
  anchors: [
    [10, 13, 16, 30, 33, 23],
    [30, 61, 62, 45, 59, 119],
    [116, 90, 156, 198, 373, 326],
  ],
};

const P6: Pyramid = {
  channels: [256, 512, 768, 1024],
  repeats: [6, 9, 3, 3],
  anchors: [
    [19, 27, 44, 40, 38, 94],
    [96, 68, 86, 152, 180, 137],
    [140, 301, 303, 264, 238, 542],
    [436, 615, 739, 380, 925, 792],
  ],
};

/** What follows the letter in a name: the pyramid, and the head. */
const VARIANTS = {
  "": { pyramid: P5, head: "Detect" },
  "6": { pyramid: P6, head: "Detect" },
  "-seg": { pyramid: P5, head: "Segment" },
  "-cls": { pyramid: P5, head: "Classify" },
} as const satisfies Readonly<Record<string, { readonly pyramid: Pyramid; readonly head: string }>>;

type Variant = keyof typeof VARIANTS;

const VARIANT_NAMES = Object.keys(VARIANTS) as readonly Variant[]; // keys of the literal above

const NAMES = VARIANT_NAMES.flatMap((variant) => [...GAINS.keys()].map((letter) => `yolov5${letter}${variant}`));

const DEFAULT_CLASSES: Readonly<Record<(typeof VARIANTS)[Variant]["head"], number>> = {
  Detect: 80,
  Segment: 80,
  Classify: 1000,
};

/** A number that Python reads as a float: `1.0`. */
const float = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** The row of the stage at a level. */
const stageRow = (level: number): number => 4 + 2 * level;

const backboneRows = ({ channels, repeats }: Pyramid): string[] => [
  "[-1, 1, Conv, [64, 6, 2, 2]]",
  "[-1, 1, Conv, [128, 3, 2]]",
  "[-1, 3, C3, [128]]",
  ...channels.flatMap((each, level) => [`[-1, 1, Conv, [${each}, 3, 2]]`, `[-1, ${repeats[level]}, C3, [${each}]]`]),
];

/** Down from the coarsest level, then up again; a level's result is the C3 after its last Concat. */
function neckRows(
  { channels }: Pyramid,
  first: number,
): { readonly rows: readonly string[]; readonly levels: readonly number[] } {
  const rows: string[] = [];
  const lateral = new Map<number, number>();
  for (let level = channels.length - 2; level >= 0; level--) {
    lateral.set(level, first + rows.length);
    rows.push(
      `[-1, 1, Conv, [${channels[level]}, 1, 1]]`,
      "[-1, 1, nn.Upsample, [None, 2, nearest]]",
      `[[-1, ${stageRow(level)}], 1, Concat, [1]]`,
      `[-1, 3, C3, [${channels[level]}, False]]`,
    );
  }
  const levels = [first + rows.length - 1];
  for (let level = 0; level < channels.length - 1; level++) {
    rows.push(
      `[-1, 1, Conv, [${channels[level]}, 3, 2]]`,
      `[[-1, ${lateral.get(level)}], 1, Concat, [1]]`,
      `[-1, 3, C3, [${channels[level + 1]}, False]]`,
    );
    levels.push(first + rows.length - 1);
  }
  return { rows, levels };
}

/** The yaml of an official network, YOLOv5 v6.0 to v7.0; undefined for other names. */
function yaml(name: string): string | undefined {
  const [, letter = "", suffix = "?"] = /^yolov5([nsmlx])(.*)$/.exec(name) ?? [];
  const gains = GAINS.get(letter);
  const variant = VARIANT_NAMES.find((each) => each === suffix);
  if (!gains || variant === undefined) return undefined;
  const { pyramid, head } = VARIANTS[variant];
  const [depth, width] = gains;
  const backbone = backboneRows(pyramid);
  const lines = (rows: readonly string[]): string[] => rows.map((row) => `  - ${row}`);
  const shared = [`nc: ${DEFAULT_CLASSES[head]}`, `depth_multiple: ${float(depth)}`, `width_multiple: ${float(width)}`];
  const written = (anchors: readonly string[], neck: readonly string[], last: string): string =>
    [...shared, ...anchors, "backbone:", ...lines(backbone), "head:", ...lines([...neck, last]), ""].join("\n");
  if (head === "Classify")
    return written(
      ["anchors: 3", `${HEAD_EPS}: 1.0e-5`],
      [],
      `[-1, 1, Classify, [${makeDivisible(1024 * width, 8)}, nc]]`,
    );
  const widest = pyramid.channels.at(-1)!; // no pyramid is empty
  const pooling = `[-1, 1, SPPF, [${widest}, 5]]`;
  const { rows, levels } = neckRows(pyramid, backbone.length + 1);
  const masks = head === "Segment" ? ", 32, 256" : "";
  return written(
    ["anchors:", ...lines(pyramid.anchors.map((row) => `[${row.join(", ")}]`))],
    [pooling, ...rows],
    `[[${levels.join(", ")}], 1, ${head}, [nc, anchors${masks}]]`,
  );
}

/** The official networks that stored weights may be of, by their first convolution, their last row and its shapes. */
function guess(stored: StoredWeights): readonly NetworkGuess[] {
  const shapes = new Map([...stored].map(([name, { shape }]) => [name.replace(/^(?:[A-Za-z_]+\.)*(?=\d)/, ""), shape]));
  const last = Math.max(...[...shapes.keys()].map((name) => Number(/^(\d+)\./.exec(name)?.[1] ?? -1)));
  const stem = shapes.get("0.conv.weight")?.[0];
  const letter = [...GAINS].find(([, [, width]]) => stem === makeDivisible(64 * width, 8))?.[0];
  if (letter === undefined) return [];
  const classes = shapes.get(`${last}.linear.weight`)?.[0];
  if (classes !== undefined) return [{ name: `yolov5${letter}-cls`, nc: classes }];
  const anchors = shapes.get(`${last}.anchors`)?.[1];
  const channels = shapes.get(`${last}.m.0.bias`)?.[0];
  if (anchors === undefined || channels === undefined) return [];
  const masks = shapes.get(`${last}.proto.cv3.conv.weight`)?.[0];
  const nc = channels / anchors - BOX_COLUMNS - (masks ?? 0);
  if (!Number.isInteger(nc) || nc < 1) return [];
  const variant = masks !== undefined ? "-seg" : last === 33 ? "6" : "";
  return [{ name: `yolov5${letter}${variant}`, nc }];
}

/** The official networks: `yolov5s`, `yolov5s6`, `yolov5s-seg`, `yolov5s-cls`, …, each from n to x. */
export const OFFICIAL: NamedNetworks = { names: NAMES, yaml, guess };
