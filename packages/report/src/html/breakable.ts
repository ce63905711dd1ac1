import { html, type Piece } from "./markup.js";

/** A path, a name or a hash that may break after its separators. */
export const breakable = (text: string): Piece =>
  text.split(/(?<=[/\\.:_])/).map((part, index) => [index > 0 && html`<wbr>`, part]);
