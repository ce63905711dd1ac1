const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The first key that an object of valid JSON has twice, at any depth. JSON.parse keeps the last of them silently,
 * so that two readers could see two different files.
 */
export function duplicateKey(json: string): string | undefined {
  const scopes: (Set<string> | undefined)[] = [];
  let start = 0;
  let end = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      start = at;
      at = closingQuote(json, at);
      end = at + 1;
    } else if (code === OPEN_BRACE) scopes.push(new Set());
    else if (code === OPEN_BRACKET) scopes.push(undefined);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) scopes.pop();
    else if (code === COLON) {
      // In valid JSON a colon outside of strings follows a key, whose escapes may spell it differently.
      const key = String(JSON.parse(json.slice(start, end)));
      const keys = scopes.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  while (json.charCodeAt(at) !== QUOTE && at < json.length) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
