import { randomInt } from "node:crypto";
import { visibleText } from "@yolo-compile/compiler";

interface Stream {
  readonly isTTY?: boolean;
}

/** Colours belong on a terminal. NO_COLOR takes them away, FORCE_COLOR insists: https://no-color.org, https://force-color.org */
export function wantsColors({ isTTY = false }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return isTTY && TERM !== "dumb";
}

/** ANSI's SGR codes that switch a colour or weight on and off. */
const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

type Colors = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/**
 * A random number that marks our own colours until they are written, so that an escape sequence in a file's name stays
 * text. Tables measure them as any SGR code.
 */
const OURS = Array.from({ length: 3 }, () => randomInt(1000, 10_000)).join(";");
const OUR_CODE = new RegExp(`\\x1b\\[${OURS};(\\d+)m`);

/** Colours for text that {@link rendered} will write. */
export function createColors(wanted: boolean): Colors {
  const paint = ([on, off]: readonly [number, number]) =>
    wanted ? (text: string) => `${ourCode(on)}${text}${ourCode(off)}` : (text: string) => text;
  const { bold, dim, red, green, yellow } = CODES;
  return { bold: paint(bold), dim: paint(dim), red: paint(red), green: paint(green), yellow: paint(yellow) };
}

const ourCode = (code: number | string): string => `\x1b[${OURS};${code}m`;

/** A line as it is written: our colours as SGR codes, all other characters made visible. */
export const rendered = (line: string): string => mapLine(line, (code) => `\x1b[${code}m`);

/** The same for a part of a line that is not written yet, such as a table's cell. */
export const visiblePart = (text: string): string => mapLine(text, ourCode);

/** Splitting by an expression with a group gives text and codes in turns. */
const mapLine = (line: string, codeText: (code: string) => string): string =>
  line
    .split(OUR_CODE)
    .map((part, index) => (index % 2 === 1 ? codeText(part) : visibleText(part)))
    .join("");

/** For results, on stdout. */
export const out = createColors(wantsColors(process.stdout, process.env));

/** For messages, on stderr. */
export const err = createColors(wantsColors(process.stderr, process.env));
