import type { TableLayout } from "../table.js";

const HEAD = ["", "input", "output", "on", "runtime rewrites", "closest part", "max |error|", "of its unit", ""];

/**
 * The columns of a table of comparisons. Those to leave out on a narrow terminal are errors without a unit, the only output,
 * and how it ran.
 */
export const comparisonColumns = (comparisons: readonly { readonly output: string }[]): TableLayout => ({
  head: HEAD,
  optional: new Set(comparisons.map(({ output }) => output)).size === 1 ? [6, 2, 4] : [6, 4],
});
