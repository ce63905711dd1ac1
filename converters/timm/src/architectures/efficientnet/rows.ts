import { roundHalfEven } from "@yolo-compile/core";

/** Kinds of blocks: convolution, depthwise separable, inverted residual, fused ("edge") one, universal one of MobileNetV4. */
const KINDS = ["cn", "ds", "ir", "er", "uir"] as const;

/** One block of a stage, or several alike. */
export interface BlockRow {
  readonly kind: (typeof KINDS)[number];
  /** Times that the block is repeated: `x2`. */
  readonly repeats: number;
  /** Kernel; 0 for a universal block without a convolution in its middle. */
  readonly k: number;
  readonly s: number;
  /** Expansion of the channels inside. */
  readonly e: number;
  /** Output channels, before the width's multiplier. */
  readonly c: number;
  /** Squeeze-and-excitation, as a share of the block's input. */
  readonly se: number;
  /** Kernel of a universal block's first depthwise convolution; 0 for none. */
  readonly a: number;
  /** Channels that the expansion starts from in place of the input's; 0 where the input's are meant. */
  readonly f: number;
  /** Channels of a group of the k x k convolution. */
  readonly gs: number | undefined;
  /** `skip` for a convolution that is a residual, `noskip` for another block that is none. */
  readonly residual: boolean;
  /** `relu` in place of the network's activation. */
  readonly relu: boolean;
  /** An activation after a depthwise separable block as well: `act`. */
  readonly act: boolean;
}

/** A block that is written `ir x2 k3 s2 e6 c24 se0.25`. */
export function parseRow(text: string): BlockRow {
  const [kind, ...words] = text.split(" ") as [BlockRow["kind"], ...string[]];
  const flags = new Set<string>();
  const sizes = new Map<string, number>();
  for (const word of words) {
    const [, name, size] = /^([a-z]+?)(\d[\d.]*)?$/.exec(word)!;
    if (size === undefined) flags.add(name!);
    else sizes.set(name!, Number(size));
  }
  const size = (name: string, otherwise: number): number => sizes.get(name) ?? otherwise;
  return {
    kind,
    repeats: size("x", 1),
    k: size("k", 3),
    s: size("s", 1),
    e: size("e", 1),
    c: size("c", 0),
    se: size("se", 0),
    a: size("a", 0),
    f: size("f", 0),
    gs: sizes.get("gs"),
    residual: kind === "cn" ? flags.has("skip") : !flags.has("noskip") && !flags.has("act"),
    relu: flags.has("relu"),
    act: flags.has("act"),
  };
}

/** The rounding of a stage's depth. */
export type DepthRounding = "up" | "nearest";

/**
 * The blocks of a stage: its rows repeated, their sum scaled. What rounding gives goes to the last rows first, so that a first
 * block stays single as long as possible.
 */
export function scaledRows(rows: readonly BlockRow[], multiplier: number, rounding: DepthRounding): BlockRow[] {
  let left = rows.reduce((sum, { repeats }) => sum + repeats, 0);
  let scaled = rounding === "up" ? Math.ceil(left * multiplier) : Math.max(1, roundHalfEven(left * multiplier));
  const repeats = rows.map(() => 0);
  for (let index = rows.length - 1; index >= 0; index--) {
    const own = rows[index]!.repeats;
    repeats[index] = Math.max(1, roundHalfEven((own / left) * scaled));
    left -= own;
    scaled -= repeats[index]!;
  }
  return rows.flatMap((row, index) => Array<BlockRow>(repeats[index]!).fill(row));
}
