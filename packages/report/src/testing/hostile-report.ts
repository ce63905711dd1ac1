import type { Report } from "../report.js";
import { sampleReport } from "./sample-report.js";

/** Names that break out of markup, scripts, CDATA and encodings where they are not escaped. */
export const HOSTILE_NAMES = [
  `</script><img src=x onerror="alert(1)">`,
  `"><svg onload='alert(1)'>`,
  `' onmouseover='alert(1)`,
  "]]><!-- --!> <![CDATA[",
  "&lt;&#x3C;&amp",
  "</title></style></textarea><base href=//evil>",
  "nul \u0000 bell \u0007 escape \u001b",
  "lone \ud800 and \udfff halves",
  "noncharacters \ufffe \uffff",
  "__proto__",
  "constructor",
  "javascript:alert(1)",
  "\u202eright to left",
] as const;

/** Text that a report must keep as it is: its own words, and figures of files. */
const OWN_WORDS = new Set(["status", "role", "runtimeLevel", "severity", "verdict", "sha256"]);

/** The sample with `name` wherever text of the outside can stand. */
export function hostileReport(name: string): Report {
  const visit = (key: string, value: unknown): unknown => {
    if (typeof value === "string") return OWN_WORDS.has(key) ? value : name;
    if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => visit(key, item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(key, item)]));
  };
  return visit("", sampleReport()) as Report; // the shape stays, only texts change
}

/** A name with U+FFFD in place of characters that no encoding has. */
export const wellFormedName = (name: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  name.replace(/\p{Surrogate}|[\u0000-\u0008\u000e-\u001f\ufffe\uffff]/gu, "\ufffd");
