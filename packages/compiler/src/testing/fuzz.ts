import { elementCount, isCompileError, uniformStream } from "@yolo-compile/core";
import { constantsOf, fixedShape } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import { compileGraphs } from "../compile-graphs.js";
import { FAMILIES, modulesFor } from "../families.js";

/** Seeded random choices. */
interface Dice {
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  below(bound: number): number;
}

function dice(seed: number, run: number): Dice {
  const next = uniformStream(Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b));
  next();
  const below = (bound: number): number => Math.floor(next() * bound);
  return { chance: (share) => next() < share, pick: (items) => items[below(items.length)]!, below };
}

/** Numbers that occur in yamls. */
const NUMBERS = "1 2 3 4 8 16 32 64 0 -1 0.5 -0.5 1.5 7 255 256 1000".split(" ");

/** Values that no yaml should have. */
const HOSTILE = [
  ..."1e300 -1e300 .inf -.inf .nan 1048576 2147483648 9007199254740993 1e-300 null None True False".split(" "),
  ..."'' 'nearest' nn.ReLU() nn.SiLU(inplace=True) nn.Nothing() [] {} nc anchors na no gd __proto__".split(" "),
  "[1, 2]",
  "[2, 2, 2, 2]",
  "[1, [2]]",
  "x".repeat(80),
  '"\\u202e"',
];

const USUAL = ["Conv", "C3", "Bottleneck", "SPPF", "nn.Upsample", "Concat"];
const HEADS = ["Detect", "Segment", "Classify"];
const WIDTHS = ["8", "16", "32", "64"];
const ARGUMENTS = new Map<string, (dice: Dice) => string[]>([
  ["Conv", ({ pick }) => [pick(WIDTHS), pick(["1", "3", "6"]), pick(["1", "2"])]],
  ["C3", ({ pick }) => [pick(WIDTHS)]],
  ["Bottleneck", ({ pick }) => [pick(WIDTHS)]],
  ["SPPF", ({ pick }) => [pick(WIDTHS), "5"]],
  ["nn.Upsample", () => ["None", "2", "'nearest'"]],
  ["Concat", () => ["1"]],
  ["Detect", () => ["nc", "anchors"]],
  ["Segment", () => ["nc", "anchors", "8", "16"]],
]);

const ANCHORS = "[[10,13, 16,30, 33,23], [30,61, 62,45, 59,119]]";

/**
 * The yaml of one run: rows that are nearly right, of known modules, with sources that mostly exist and arguments that mostly
 * fit. Every second file has little damage, so that it gets far. The same for the same seed and number.
 */
export function fuzzYaml(seed: number, run: number): string {
  const rolled = dice(seed, run);
  const { chance, pick, below } = rolled;
  const damage = run % 2 === 0 ? 1 : 0.15;
  const number = (): string => (chance(0.12 * damage) ? pick(HOSTILE) : pick(NUMBERS));
  const damaged = (value: string, share: number): string =>
    chance(share * damage) ? pick([number(), pick(HOSTILE)]) : value;
  const names = [...modulesFor(FAMILIES[0]!).keys()];
  const row = (index: number, module: string): string => {
    const joins = module === "Concat" || HEADS.includes(module) || chance(0.02 * damage);
    const earlier = (): number =>
      chance(0.7) || index === 0 ? -1 : chance(1 - 0.05 * damage) ? below(index) : index + 3;
    const from = joins ? `[${Array.from({ length: 1 + below(3) }, earlier).join(", ")}]` : earlier();
    const usual = ARGUMENTS.get(module)?.(rolled) ?? Array.from({ length: below(5) }, number);
    const args = usual.map((arg) => damaged(arg, 0.08));
    if (chance(0.05 * damage)) args.push(number());
    if (chance(0.05 * damage)) args.pop();
    const repeats = chance(0.85) ? "1" : damaged(pick(["2", "3", "0", "9"]), 0.1);
    return `  [${from}, ${repeats}, ${chance(0.02 * damage) ? "Nobody" : module}, [${args.join(", ")}]],`;
  };
  const rows = 1 + below(8);
  const backbone = Array.from({ length: rows }, (_, index) => row(index, pick(chance(0.6) ? USUAL : names)));
  const lines = [
    `nc: ${damaged("3", 0.15)}`,
    `depth_multiple: ${damaged("0.33", 0.15)}`,
    `width_multiple: ${damaged("0.25", 0.15)}`,
    `anchors: ${damaged(ANCHORS, 0.1)}`,
    ...(chance(0.1) ? [`ch: ${damaged("4", 0.5)}`] : []),
    ...(chance(0.1) ? [`activation: ${damaged("nn.ReLU()", 0.5)}`] : []),
    `backbone: [\n${backbone.join("\n")}\n  ]`,
    `head: [\n${row(rows, pick(chance(0.8) ? HEADS : names))}\n  ]`,
  ];
  return lines.filter(() => !chance(0.01 * damage)).join("\n");
}

/** The most random weights that are encoded, since more take long and test nothing else. */
const MOST_ENCODED = 4_000_000;

/** Compiles a yaml with random weights, to bytes unless there are many. Throws every error that is no CompileError. */
export function surviveYaml(text: string): "opened" | "refused" {
  try {
    const config = { file: "fuzz.yaml", text };
    const { optimized } = compileGraphs({ config, randomWeights: 1, size: [64, 96], batch: 1, passes: "full" });
    const elements = constantsOf(optimized).reduce((sum, value) => sum + elementCount(fixedShape(value)), 0);
    if (elements <= MOST_ENCODED) encodeBytes(optimized, { opset: 17 });
    return "opened";
  } catch (error) {
    if (isCompileError(error)) return "refused";
    throw error;
  }
}
