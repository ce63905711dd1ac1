/**
 * Twenty colours of OKLCH. Hues go in steps of 54 degrees from red, so that any six in a row are that far apart and all twenty differ;
 * lightness is 0.64, 0.80, 0.58 and 0.74 in turn; chroma is the most up to 0.2 that a screen shows.
 */
const PALETTE = [
  "#ed4a49",
  "#f6af09",
  "#528d0b",
  "#1dc4b8",
  "#1295db",
  "#c3b0fd",
  "#c9368d",
  "#fe834d",
  "#a38b09",
  "#34e077",
  "#158a95",
  "#78abfc",
  "#b55fe0",
  "#fd9eb1",
  "#b0650f",
  "#a8b60f",
  "#12a47f",
  "#2fd1ff",
  "#6265ed",
  "#ef74e4",
] as const;

/** The colour of a class, `#rrggbb`; after twenty classes they repeat. */
export const classColour = (classIndex: number): string => PALETTE[classIndex % PALETTE.length]!;

/** Red, green and blue of `#rrggbb`, 0 to 255. */
export const channelsOf = (colour: string): readonly [number, number, number] => [
  Number.parseInt(colour.slice(1, 3), 16),
  Number.parseInt(colour.slice(3, 5), 16),
  Number.parseInt(colour.slice(5, 7), 16),
];

/** Black or white, whichever has more contrast on `colour`. Source: WCAG 2 relative luminance. */
export function inkOn(colour: string): string {
  const [red, green, blue] = channelsOf(colour).map(linear) as [number, number, number]; // a triple stays one
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000000" : "#ffffff";
}

const linear = (channel: number): number => {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
