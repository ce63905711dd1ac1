import { html, type Piece } from "./markup.js";

/** A path or a name that may break after its separators, but not before its extension. */
export const breakable = (text: string): Piece =>
  text.split(/(?<=[/\\:_]|\.(?=.*\.))/).map((part, index) => [index > 0 && html`<wbr>`, part]);
