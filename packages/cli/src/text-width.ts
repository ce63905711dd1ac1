import { stripVTControlCharacters } from "node:util";

/** Letters of East Asia, emoji and their kin, which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /\p{Mn}/u;

const columnsOf = (character: string): number => (WIDE.test(character) ? 2 : NO_WIDTH.test(character) ? 0 : 1);

/** The columns that a text takes on a terminal; colours take none. */
export const textWidth = (text: string): number =>
  [...stripVTControlCharacters(text)].reduce((sum, character) => sum + columnsOf(character), 0);

/** The text if it fits, or else its beginning and an ellipsis. The text has no colours. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const [start] = splitAt(text, width - 1);
  return `${start}…`;
}

/** A text in two: what fits into `width` columns, and the rest. The first has one character at least. */
function splitAt(text: string, width: number): readonly [string, string] {
  let taken = "";
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width && taken !== "") break;
    taken += character;
  }
  return [taken, text.slice(taken.length)];
}

/**
 * Lines of at most `width` columns, broken between words; all but the first begin with `indent` blanks. A word that is
 * longer is broken, unless it has colours.
 */
export function wrapText(text: string, width: number, indent = 0): string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  const blanks = " ".repeat(indent);
  let line = "";
  for (const [index, piece] of text.split(/( +)/).entries()) {
    if (textWidth(line + piece) <= width || index % 2 === 1) {
      line += piece;
      continue;
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = (lines.length > 0 ? blanks : line) + piece;
    while (textWidth(line) > width && !line.includes("\x1b")) {
      const [start, rest] = splitAt(line, width);
      lines.push(start);
      line = blanks + rest;
    }
  }
  return [...lines, line.trimEnd()];
}
