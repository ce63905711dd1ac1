import { escapeMarkup } from "../escape.js";

/** Text that is HTML or SVG already. Only `html` makes it, so whatever else is shown gets escaped. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** The template with its pieces filled in, escaped. */
  static fill(template: TemplateStringsArray, pieces: readonly Piece[]): Markup {
    return new Markup(String.raw({ raw: template }, ...pieces.map((piece) => spell(piece))));
  }

  toString(): string {
    return this.#text;
  }
}

/** A piece of a template: text and numbers, which are escaped; markup as it is; nothing for `undefined` and `false`. */
export type Piece = string | number | Markup | undefined | false | readonly Piece[];

/** HTML or SVG; every piece of text in it is escaped, in elements and in attributes in quotes. */
export const html = (template: TemplateStringsArray, ...pieces: readonly Piece[]): Markup =>
  Markup.fill(template, pieces);

function spell(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (piece instanceof Markup) return piece.toString();
  if (typeof piece === "object") return piece.map(spell).join("");
  return escapeMarkup(String(piece));
}
