/** The largest sizes of a pickle and of its parts. */
export interface PickleLimits {
  readonly pickleBytes: number;
  readonly opcodes: number;
  readonly stackDepth: number;
  readonly memoEntries: number;
  readonly containerEntries: number;
  readonly intBytes: number;
}

/**
 * Strings and bytes need no limit of their own: they are checked against the bytes that remain.
 * YOLOv5n takes 33,000 opcodes, YOLOv5x6 with its optimiser some 300,000.
 */
export const PICKLE_LIMITS: PickleLimits = {
  /** A pickle holds names and structure, the weights are beside it. */
  pickleBytes: 256 * 2 ** 20,
  /** An opcode can make an empty dict of some 250 bytes, so this bounds memory to about 1 GB. */
  opcodes: 4_000_000,
  /** Python's pickler batches by 1000; only a tuple puts all its items on the stack at once. */
  stackDepth: 1_000_000,
  /** At most one entry an opcode is useful; each costs some 50 bytes. */
  memoEntries: 2_000_000,
  /** Far below the 2^24 at which a Map throws. */
  containerEntries: 2_000_000,
  /** Larger ints than 2^8192 are no data about a network, and to parse them takes quadratic time. */
  intBytes: 1024,
};

/** The most work and memory that walking a pickle's values may take. */
export const WALK_LIMITS = {
  /**
   * Values looked at, counted each time: shared references can spell 2^n values in n opcodes.
   * YOLOv5n takes some 5,000, YOLOv5x6 some 20,000.
   */
  steps: 1_000_000,
  /** Modules in modules. EfficientViT in YOLOv5 has 9 levels. */
  depth: 128,
  /** Characters of a weight's name; with `weights` it bounds the memory of names. */
  nameLength: 1024,
  /** Weights in one checkpoint. */
  weights: 200_000,
  /** Characters of all strings of a model's yaml, counted each time. */
  textLength: 16_000_000,
} as const;
