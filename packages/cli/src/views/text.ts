import { out } from "../colors.js";

/** `22 414 248` */
export const grouped = (count: number): string => count.toLocaleString("en-US").replaceAll(",", " ");

/** `7.9 MB`; below 100 000 bytes `12.3 kB`. */
export const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** A labelled line. */
export const line = (label: string, text: string): string => `${out.dim(label.padEnd(10))}${text}`;

/** At most `most` items, and the number of the others. */
export const some = (items: readonly string[], most: number): string =>
  items.length <= most
    ? items.join(", ")
    : `${items.slice(0, most).join(", ")}, … (${grouped(items.length - most)} more)`;

/** The count of each item, most frequent first. */
export function tally(items: Iterable<string>): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
