const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Half of a surrogate pair, which is no text in any encoding. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Characters that neither XML 1.0 nor HTML has, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text that every encoding can write: what is no character becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, "\ufffd");

/** Any text as the content of an element, or of an attribute in quotes, of XML or HTML. */
export const escapeMarkup = (text: string): string =>
  wellFormed(text)
    .replace(NO_CHARACTER, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
