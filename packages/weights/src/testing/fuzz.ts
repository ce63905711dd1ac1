import { uniformStream } from "@yolo-compile/core";
import { CORPUS, SHARD } from "./corpus.js";
import { mutate } from "./mutate.js";
import { surviveOpening } from "./outcome.js";

/** The most times that one file is damaged. */
const MAX_MUTATIONS = 4;

/** The readers that are fuzzed. */
export const READERS: readonly string[] = [...CORPUS.keys()];

const ALL: readonly Uint8Array[] = [...CORPUS.values()].flat().map(({ bytes }) => bytes);

/** A damaged file and the file beside it. */
export interface FuzzCase {
  readonly bytes: Uint8Array;
  readonly sibling: Uint8Array;
}

/** Numbers that follow each other become numbers that have nothing in common (the finalizer of MurmurHash3). */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The damaged file of one run; the same for the same seed and number. `corpus` is damaged beside the reader's own files. */
export function fuzzCase(reader: string, seed: number, run: number, corpus: readonly Uint8Array[] = []): FuzzCase {
  const next = uniformStream(scramble(scramble(seed) + run));
  const pick = (bound: number) => Math.floor(next() * bound);
  const damage = (bytes: Uint8Array): Uint8Array => {
    let damaged = bytes;
    for (let count = 1 + pick(pick(2) * MAX_MUTATIONS + 1); count > 0; count--)
      damaged = mutate(damaged, pick, ALL[pick(ALL.length)]!);
    return damaged;
  };
  const samples = [
    ...(CORPUS.get(reader) ?? []),
    ...corpus.map((bytes) => ({ bytes, wrap: (damaged: Uint8Array) => damaged })),
  ];
  const sample = samples[pick(samples.length)]!;
  const bytes = sample.wrap(damage(sample.bytes));
  return { bytes, sibling: reader === "safetensors-index" && pick(2) === 0 ? damage(SHARD) : SHARD };
}

/** Opens a case and reads every tensor. Throws every error that is no CompileError. */
export const runFuzzCase = ({ bytes, sibling }: FuzzCase): "opened" | "refused" => surviveOpening(bytes, sibling);
