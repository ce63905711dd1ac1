import { expect, test } from "@jest/globals";
import { CompileError, visibleJson, visibleText } from "./index.js";

test.each([
  ["two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"],
  ["\x1b[32mok\x1b[0m", "\\u{1b}[32mok\\u{1b}[0m"],
  ["bell \x07, delete \x7f, nothing \0", "bell \\u{7}, delete \\u{7f}, nothing \\u{0}"],
  ["\x9b32m, which is C1", "\\u{9b}32m, which is C1"],
  ["\u202egnp.exe", "\\u{202e}gnp.exe"],
  ["\u2066\u2069\u200e\u061c", "\\u{2066}\\u{2069}\\u{200e}\\u{61c}"],
  ["zero\u200bwidth\u200d\u2060\ufeff\u00ad", "zero\\u{200b}width\\u{200d}\\u{2060}\\u{feff}\\u{ad}"],
  ["\u2028\u2029", "\\u{2028}\\u{2029}"],
  ["filler \u3164, tag \u{e0041}", "filler \\u{3164}, tag \\u{e0041}"],
  ["half \ud83d", "half \\u{d83d}"],
  ["кот, 猫, 😀, e\u0301, C:\\new", "кот, 猫, 😀, e\u0301, C:\\new"],
])("%j is seen as %s", (text, seen) => {
  expect(visibleText(text)).toBe(seen);
});

test("JSON keeps its meaning and shows all of itself", () => {
  const document = { "\x9b1m": ["\u202e", "\u{e0041}", "\x7f", "a\nb", "😀"] };
  const text = visibleJson(document);
  expect(JSON.parse(text)).toEqual(document);
  expect(text).toMatch(/^[\n\x20-\x7e😀]+$/u);
});

test("an error's text shows all of itself, its fields are as they were", () => {
  const parts = { message: "no \x1b[2K", hint: "\x9b", where: "a\nb", details: ["one\ntwo", "three"] };
  const { message, diagnostic } = new CompileError({ code: "a/b", ...parts });
  expect(message).toBe("a/b: no \\u{1b}[2K - \\u{9b} (a\\nb)\n  one\\ntwo\n  three");
  expect(diagnostic).toMatchObject(parts);
});
