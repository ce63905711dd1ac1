/** Colours of one scheme, by what they are for. */
export interface Scheme {
  /** The page. */
  readonly page: string;
  /** Cards and tables on it. */
  readonly surface: string;
  /** Hairlines. */
  readonly line: string;
  readonly text: string;
  /** Second-rank text. */
  readonly muted: string;
  /** Data, links and what can be opened. */
  readonly accent: string;
  readonly good: string;
  readonly bad: string;
  /** Behind `bad` text. */
  readonly badSurface: string;
  /** Behind `good` text. */
  readonly goodSurface: string;
  readonly warning: string;
}

/** Colours on paper and on screens that do not ask for dark. */
export const LIGHT: Scheme = {
  page: "#f7f7f5",
  surface: "#ffffff",
  line: "#deddd8",
  text: "#1b1c1e",
  muted: "#5a5e65",
  accent: "#2458b8",
  good: "#14693a",
  goodSurface: "#e4f2e9",
  bad: "#b3231b",
  badSurface: "#fce9e7",
  warning: "#855400",
};

/** Colours on screens that ask for dark. */
export const DARK: Scheme = {
  page: "#121315",
  surface: "#1a1c1f",
  line: "#33363b",
  text: "#e9e9e7",
  muted: "#a3a7ae",
  accent: "#86adff",
  good: "#72d19b",
  goodSurface: "#13301f",
  bad: "#ff9489",
  badSurface: "#3d1714",
  warning: "#e5b567",
};

/** Most of the accent that a warm box takes: text on it keeps its contrast. */
export const WARMEST = 42;

/** The colours as CSS variables: `--bad-surface`. */
export const variables = (scheme: Scheme): string =>
  Object.entries(scheme)
    .map(([name, colour]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${colour};`)
    .join("");
