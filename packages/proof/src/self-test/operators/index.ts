import type { MutationOperator } from "../mutation.js";
import { ACTIVATION_OPERATORS } from "./activations.js";
import { HEAD_OPERATORS } from "./heads.js";
import { PLAIN_OPERATORS } from "./plain.js";
import { RESIZE_OPERATORS } from "./resizes.js";
import { STRUCTURE_OPERATORS } from "./structure.js";
import { TABLE_OPERATORS } from "./tables.js";
import { WEIGHT_OPERATORS } from "./weights.js";
import { WINDOW_OPERATORS } from "./windows.js";

/** Every kind of mistake. */
export const MUTATION_OPERATORS: readonly MutationOperator[] = [
  ...WEIGHT_OPERATORS,
  ...ACTIVATION_OPERATORS,
  ...STRUCTURE_OPERATORS,
  ...HEAD_OPERATORS,
  ...WINDOW_OPERATORS,
  ...RESIZE_OPERATORS,
  ...TABLE_OPERATORS,
  ...PLAIN_OPERATORS,
];
