import type { Cursor } from "./cursor.js";

/** Names that need no quotes. Two slashes in a row would start a comment. */
const BARE = /(?:[\w.-]|\/(?!\/))+/y;
const ALL_BARE = /^(?:[\w.-]|\/(?!\/|$))+$/;

/** A name, in quotes where it needs them. */
export const spellName = (name: string): string => (ALL_BARE.test(name) ? name : JSON.stringify(name));

/** Reads what {@link spellName} writes. @throws ir/syntax */
export const readName = (cursor: Cursor, expected: string): string =>
  cursor.acceptString() ?? cursor.take(BARE, expected);

/** `%name`, in quotes where {@link spellName} needs them. */
export const spellValue = (name: string): string => `%${spellName(name)}`;

/** `%name`. @throws ir/syntax */
export function readValueName(cursor: Cursor): string {
  const start = cursor.position;
  if (!cursor.acceptMark("%")) throw cursor.error("a value, such as %x");
  if (cursor.position !== start + 1) throw cursor.error("a name right after the %");
  return readName(cursor, "the name of a value");
}
