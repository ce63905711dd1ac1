/**
 * Characters that a terminal obeys or hides instead of showing: controls (C0, DEL, C1), marks of direction, characters
 * without width, line and paragraph separators, halves of surrogate pairs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** Any text as one line in which every character is visible: `a\nb` for two lines, `\u{1b}` for an escape. */
export const visibleText = (text: string): string =>
  text.replace(UNSEEN, (character) => SHORT.get(character) ?? `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** A JSON document as indented text, in whose strings every character is visible. */
export const visibleJson = (document: unknown): string =>
  JSON.stringify(document, undefined, 2).replace(UNSEEN, (character) =>
    character === "\n" ? character : character.split("").map(jsonEscape).join(""),
  );

const jsonEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
