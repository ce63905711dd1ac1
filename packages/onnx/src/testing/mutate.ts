import { uniformStream } from "@yolo-compile/core";

type Mutation = (bytes: Uint8Array, next: () => number) => Uint8Array;

const at = (bytes: Uint8Array, next: () => number): number => Math.floor(next() * bytes.length);

const MUTATIONS: readonly Mutation[] = [
  (bytes, next) => bytes.slice(0, at(bytes, next)),
  (bytes, next) => {
    const flipped = bytes.slice();
    for (let count = 1 + Math.floor(next() * 4); count > 0; count--)
      flipped[at(bytes, next)]! ^= 1 << Math.floor(next() * 8);
    return flipped;
  },
  (bytes, next) => {
    const changed = bytes.slice();
    changed[at(bytes, next)] = [0, 1, 127, 128, 255][Math.floor(next() * 5)]!;
    return changed;
  },
  (bytes, next) => {
    const [from, length] = [at(bytes, next), 1 + Math.floor(next() * 16)];
    return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(from + length));
  },
  (bytes, next) => {
    const [from, length] = [at(bytes, next), 1 + Math.floor(next() * 64)];
    const again = bytes.subarray(from, from + length);
    return Uint8Array.of(...bytes.subarray(0, from), ...again, ...bytes.subarray(from));
  },
];

/** `count` damaged copies of a file: cut, with bits flipped, bytes changed, runs removed or doubled. The same for the same seed. */
export function* mutations(bytes: Uint8Array, count: number, seed: number): Iterable<Uint8Array> {
  const next = uniformStream(seed);
  for (let index = 0; index < count; index++) yield MUTATIONS[index % MUTATIONS.length]!(bytes, next);
}
