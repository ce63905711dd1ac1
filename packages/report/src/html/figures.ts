/** An error as the terminal spells it: `2.60e-5`, `0`, `NaN`, `∞`. */
export function formatError(value: number): string {
  if (value === 0) return "0";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return value.toExponential(2);
}

/** A tolerance, without digits that say nothing: `1e-4`, `2.5e-3`, `0`. */
export const formatTolerance = (value: number): string => formatError(value).replace(/\.?0+(?=e)/, "");

/** Three significant digits: `0.814`, `33.7`, `-0.00896`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatError(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return formatError(value);
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** A count with groups of three: `449,587`. */
export const formatCount = (value: number): string => value.toLocaleString("en-US");

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** Bytes: `1.84 MB`, of a thousand each. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toPrecision(3)} ${UNITS[power]}`;
}

/** The change from the reference to the candidate: `−80`, `+2`, `same`. */
export function formatChange(from: number, to: number, format: (value: number) => string = formatCount): string {
  if (from === to) return "same";
  return to > from ? `+${format(to - from)}` : `−${format(from - to)}`;
}

/** A count and its noun: `1 check`, `3 checks`, `2 boxes`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** `1 × 16 × 80 × 80` */
export const formatShape = (shape: readonly (number | string)[]): string => shape.join(" × ");

/** A coordinate with as many digits as a screen shows. */
export const coordinate = (value: number): number => Math.round(value * 100) / 100;

/** A sentence starts with a capital letter. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
