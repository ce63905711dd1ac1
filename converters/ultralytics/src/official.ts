import type { NamedNetworks, NetworkGuess, StoredWeights } from "@yolo-compile/network";
import { storedClasses } from "./alternatives.js";
import { storedTask } from "./heads-stored.js";

/** The rows and the scales of one version of YOLO. */
interface Version {
  readonly backbone: readonly string[];
  /** Backbone of a classifier, without the last rows. */
  readonly classifier: readonly string[];
  readonly neck: readonly string[];
  readonly levels: readonly number[];
  readonly scales: Readonly<Record<string, string>>;
  readonly classifierScales: Readonly<Record<string, string>>;
}

const conv = (channels: number): string => `[-1, 1, Conv, [${channels}, 3, 2]]`;
const join = (row: number): string => `[[-1, ${row}], 1, Concat, [1]]`;
const UPSAMPLE = "[-1, 1, nn.Upsample, [None, 2, nearest]]";
const POOLING = "[-1, 1, SPPF, [1024, 5]]";
const ATTENTION = "[-1, 2, C2PSA, [1024]]";

const c2f = (repeats: number, channels: number, rest = ""): string => `[-1, ${repeats}, C2f, [${channels}${rest}]]`;
const c3k2 = (channels: number, rest: string): string => `[-1, 2, C3k2, [${channels}, ${rest}]]`;

const STAGES_8 = [
  ...[conv(64), conv(128), c2f(3, 128, ", True"), conv(256), c2f(6, 256, ", True")],
  ...[conv(512), c2f(6, 512, ", True"), conv(1024), c2f(3, 1024, ", True")],
];

const STAGES_11 = [
  ...[conv(64), conv(128), c3k2(256, "False, 0.25"), conv(256), c3k2(512, "False, 0.25")],
  ...[conv(512), c3k2(512, "True"), conv(1024), c3k2(1024, "True")],
];

const SCALES_11 = {
  n: "[0.50, 0.25, 1024]",
  s: "[0.50, 0.50, 1024]",
  m: "[0.50, 1.00, 512]",
  l: "[1.00, 1.00, 512]",
  x: "[1.00, 1.50, 512]",
};

const VERSIONS: ReadonlyMap<string, Version> = new Map<string, Version>([
  [
    "yolov8",
    {
      backbone: [...STAGES_8, POOLING],
      classifier: STAGES_8,
      neck: [
        ...[UPSAMPLE, join(6), c2f(3, 512), UPSAMPLE, join(4), c2f(3, 256)],
        ...[conv(256), join(12), c2f(3, 512), conv(512), join(9), c2f(3, 1024)],
      ],
      levels: [15, 18, 21],
      scales: {
        n: "[0.33, 0.25, 1024]",
        s: "[0.33, 0.50, 1024]",
        m: "[0.67, 0.75, 768]",
        l: "[1.00, 1.00, 512]",
        x: "[1.00, 1.25, 512]",
      },
      classifierScales: {
        n: "[0.33, 0.25, 1024]",
        s: "[0.33, 0.50, 1024]",
        m: "[0.67, 0.75, 1024]",
        l: "[1.00, 1.00, 1024]",
        x: "[1.00, 1.25, 1024]",
      },
    },
  ],
  [
    "yolo11",
    {
      backbone: [...STAGES_11, POOLING, ATTENTION],
      classifier: [...STAGES_11, ATTENTION],
      neck: [
        ...[UPSAMPLE, join(6), c3k2(512, "False"), UPSAMPLE, join(4), c3k2(256, "False")],
        ...[conv(256), join(13), c3k2(512, "False"), conv(512), join(10), c3k2(1024, "True")],
      ],
      levels: [16, 19, 22],
      scales: SCALES_11,
      classifierScales: SCALES_11,
    },
  ],
]);

/** The head of each task, what names say of it, and its usual number of classes. */
const TASKS = [
  { task: "detect", suffix: "", head: "Detect, [nc]", nc: 80 },
  { task: "segment", suffix: "-seg", head: "Segment, [nc, 32, 256]", nc: 80 },
  { task: "pose", suffix: "-pose", head: "Pose, [nc, kpt_shape]", nc: 1 },
  { task: "obb", suffix: "-obb", head: "OBB, [nc, 1]", nc: 80 },
  { task: "classify", suffix: "-cls", head: "Classify, [nc]", nc: 1000 },
] as const;

const LETTERS = ["n", "s", "m", "l", "x"];

const NAMES = [...VERSIONS.keys()].flatMap((version) =>
  TASKS.flatMap(({ suffix }) => LETTERS.map((letter) => `${version}${letter}${suffix}`)),
);

/** The yaml of an official network; undefined for other names. */
function yaml(name: string): string | undefined {
  const [, version = "", suffix = "?"] = /^(yolov?\d+)[nsmlx](.*)$/.exec(name) ?? [];
  const rows = VERSIONS.get(version);
  const found = TASKS.find((each) => each.suffix === suffix);
  if (!rows || !found) return undefined;
  const isClassifier = found.task === "classify";
  const lines = (list: readonly string[]): string[] => list.map((row) => `  - ${row}`);
  const scales = Object.entries(isClassifier ? rows.classifierScales : rows.scales);
  return [
    `nc: ${found.nc}`,
    ...(found.task === "pose" ? ["kpt_shape: [17, 3]"] : []),
    "scales:",
    ...scales.map(([letter, gains]) => `  ${letter}: ${gains}`),
    "backbone:",
    ...lines(isClassifier ? rows.classifier : rows.backbone),
    "head:",
    ...lines(isClassifier ? [] : rows.neck),
    ...lines([`[${isClassifier ? "-1" : `[${rows.levels.join(", ")}]`}, 1, ${found.head}]`]),
    "",
  ].join("\n");
}

/** The official networks that stored weights may be of, by their head: every version and scale, of which the shapes choose. */
function guess(stored: StoredWeights): readonly NetworkGuess[] {
  const found = TASKS.find(({ task }) => task === storedTask(stored));
  const [nc] = storedClasses(stored);
  if (!found || nc === undefined) return [];
  const stem = [...stored].find(([name]) => /^(?:[A-Za-z_]+\.)*0\.conv\.weight$/.test(name))?.[1].shape[0];
  return [...VERSIONS].flatMap(([version, { scales }]) =>
    LETTERS.filter((letter) => stem === 64 * Number(/, ([\d.]+),/.exec(scales[letter]!)?.[1])).map((letter) => ({
      name: `${version}${letter}${found.suffix}`,
      nc,
    })),
  );
}

/** The official networks of YOLOv8 and YOLO11: `yolov8n`, `yolo11s-seg`, …, each from n to x, of every task. */
export const OFFICIAL: NamedNetworks = { names: NAMES, yaml, guess };
