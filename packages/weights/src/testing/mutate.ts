import { concat } from "./zip-writer.js";

/** A whole number in [0, bound). */
export type Pick = (bound: number) => number;

/** Numbers at the edges of what fields hold. */
const EDGES: readonly number[] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Mutation = (bytes: Uint8Array, pick: Pick, other: Uint8Array) => Uint8Array;

const inPlace =
  (change: (bytes: Uint8Array, at: number, pick: Pick) => void): Mutation =>
  (bytes, pick) => {
    const copy = bytes.slice();
    for (let count = 1 + pick(3); count > 0; count--) change(copy, pick(copy.length), pick);
    return copy;
  };

function range(length: number, pick: Pick): [start: number, end: number] {
  const start = pick(length);
  return [start, Math.min(length, start + 1 + pick(pick(4) === 0 ? length : 16))];
}

const FLIP = inPlace((bytes, at, pick) => {
  bytes[at]! ^= 1 << pick(8);
});

/** Those that keep the length come more often: they get further before they are noticed. */
const MUTATIONS: readonly Mutation[] = [
  FLIP,
  FLIP,
  FLIP,
  (bytes, pick) => bytes.slice(0, pick(bytes.length)),
  inPlace((bytes, at, pick) => {
    bytes[at] = pick(256);
  }),
  inPlace((bytes, at, pick) => {
    const value = EDGES[pick(EDGES.length)]!;
    for (let index = 0; index < [1, 2, 4, 8][pick(4)]! && at + index < bytes.length; index++)
      bytes[at + index] = index < 4 ? value >>> (8 * index) : 0;
  }),
  (bytes, pick) => {
    const [start, end] = range(bytes.length, pick);
    return concat(bytes.subarray(0, start), bytes.subarray(end));
  },
  (bytes, pick) => {
    const [start, end] = range(bytes.length, pick);
    return concat(bytes.subarray(0, end), bytes.subarray(start));
  },
  (bytes, pick, other) => {
    const [start, end] = range(other.length, pick);
    const at = pick(bytes.length);
    return concat(bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at + (pick(2) ? end - start : 0)));
  },
];

/** One of several small damages; `other` is where foreign pieces come from. */
export const mutate: Mutation = (bytes, pick, other) =>
  bytes.length === 0 ? bytes : MUTATIONS[pick(MUTATIONS.length)]!(bytes, pick, other);
