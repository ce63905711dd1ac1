import { isDict, type PyDict, type PyValue, type StoredWeights } from "@yolo-compile/network";

/** A yaml as it is read. */
interface Given {
  readonly document: PyDict;
  readonly nc: number;
  /** Of the scale. */
  readonly letter: string;
}

/** Other values of a yaml, and how they are told: `nc: 3`. */
interface Alternative {
  readonly changed: readonly (readonly [key: string, value: PyValue])[];
  readonly changes: readonly string[];
}

/** The yaml itself first, then with the classes that the weights have, in every scale. */
export function alternativesOf({ document, nc, letter }: Given, stored: StoredWeights): Alternative[] {
  const scales = document.get("scales") ?? null;
  const letters = [...new Set([letter, ...(scales !== null && isDict(scales) ? scales.keys() : [])])];
  return [...new Set([nc, ...storedClasses(stored)])].flatMap((classes) =>
    letters.map((scale) => ({
      changed: [
        ["nc", classes],
        ["scale", scale],
      ],
      changes: [...(classes === nc ? [] : [`nc: ${classes}`]), ...(scale === letter ? [] : [`scale: ${scale}`])],
    })),
  );
}

/** Class counts by the last convolutions of the first level's classes, or by a classifier's last layer. */
export const storedClasses = (stored: StoredWeights): number[] =>
  [...stored]
    .filter(([name]) => /cv3\.0\.2\.bias$|\.linear\.bias$/.test(name))
    .map(([, { shape }]) => shape[0] ?? 0)
    .filter((count) => count > 0);
