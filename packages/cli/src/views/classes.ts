import { type ClassScore, classLabel } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";

/** A picture, and what it shows, most probable first. */
export interface ClassifiedPicture {
  readonly image: string;
  readonly classes: readonly ClassScore[];
  readonly elapsedMs: number;
}

/** One picture of the document of `detect --json` for a classifier. */
export const classDocument = ({ image, classes, elapsedMs }: ClassifiedPicture, names: readonly string[]) => ({
  image,
  elapsedMs: Math.round(elapsedMs * 10) / 10,
  classes: classes.map(({ classIndex, score }) => ({ class: classIndex, name: classLabel(names, classIndex), score })),
});

/** Prints what a picture shows. */
export function printClasses(
  { image, classes, elapsedMs }: ClassifiedPicture,
  names: readonly string[],
  terminal: Terminal,
): void {
  const [best] = classes;
  const found = best ? classLabel(names, best.classIndex) : "nothing";
  terminal.headline(`${out.bold(image)}: ${found} (${elapsedMs.toFixed(0)} ms)`);
  const rows = classes.map(({ classIndex, score }) => [`  ${classLabel(names, classIndex)}`, score.toFixed(3)]);
  terminal.table({ head: ["  class", "probability"], colAligns: ["left", "right"] }, rows);
}
