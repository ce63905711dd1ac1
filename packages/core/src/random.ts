const { imul } = Math;

/**
 * A reproducible stream of uniform numbers in [0, 1): the linear congruential generator
 * x = x * 1664525 + 1013904223 mod 2^32, whose first number is the one after `seed`.
 */
export function uniformStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** `count` numbers of {@link uniformStream}, each rounded once to float32. */
export function uniformFloats(seed: number, count: number): Float32Array {
  const next = uniformStream(seed);
  const floats = new Float32Array(count);
  for (let index = 0; index < count; index++) floats[index] = next();
  return floats;
}
