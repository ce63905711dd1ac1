/** An entry of a Python dict or list of strings, or of JSON. */
const ENTRY = /(?:["']?(\d+)["']?\s*:\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?=[,}\]])/g;

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gi;

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Past this, a code is no character of Unicode. */
const MAX_CODE = 0x10ffff;

function unquote(text: string): string {
  return text.slice(1, -1).replace(ESCAPE, (_, hex2, hex4, hex8, character) => {
    if (character !== undefined) return CONTROLS[character] ?? character;
    const code = Number.parseInt(hex2 ?? hex4 ?? hex8, 16);
    return code > MAX_CODE ? "\ufffd" : String.fromCodePoint(code);
  });
}

/**
 * Class names by index from a model's `names` metadata, which YOLOv5's export writes as the repr of a dict:
 * `{0: 'person', 1: "driver's seat"}`. A list counts from 0. What is neither gives nothing.
 */
export function parseNames(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [, index, quoted = ""] of text.matchAll(ENTRY)) names.set(Number(index ?? names.size), unquote(quoted));
  return names;
}
