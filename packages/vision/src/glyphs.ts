import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Turns lines of text into outlines, so that a picture looks the same on every machine, fonts or not. */
export interface Outliner {
  /** The advance of a line, in pixels. */
  width(text: string, size: number): number;
  /** SVG path data of a line whose baseline starts at `x`, `y`. */
  outline(text: string, x: number, y: number, size: number): string;
}

/** The part of an opentype.js font that is used. */
interface Font {
  readonly unitsPerEm: number;
  charToGlyph(character: string): {
    readonly advanceWidth?: number | undefined;
    getPath(x: number, y: number, size: number): { toPathData(decimals: number): string };
  };
}

const DECIMALS = 2;

/** An outliner of DejaVu Sans Bold. Characters it lacks become its empty box; nothing is shaped or reordered. */
export async function loadOutliner(): Promise<Outliner> {
  const file = createRequire(import.meta.url).resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf");
  const [{ default: opentype }, bytes] = await Promise.all([import("opentype.js"), readFile(file)]);
  return outlinerOf(opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
}

function outlinerOf(font: Font): Outliner {
  const advance = (character: string, size: number): number =>
    ((font.charToGlyph(character).advanceWidth ?? 0) * size) / font.unitsPerEm;
  return {
    width: (text, size) => Array.from(text).reduce((sum, character) => sum + advance(character, size), 0),
    outline: (text, x, y, size) => {
      let pen = x;
      const paths = Array.from(text, (character) => {
        const path = font.charToGlyph(character).getPath(pen, y, size);
        pen += advance(character, size);
        return path.toPathData(DECIMALS);
      });
      return paths.join("");
    },
  };
}
