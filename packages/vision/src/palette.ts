/**
 * Twenty colours, their hues a golden angle apart so that neighbours in the list differ most, their lightness in turn 0.66,
 * 0.74, 0.58 and 0.80 of OKLCH, their chroma the most up to 0.2 that a screen shows.
 */
const PALETTE = [
  "#f4514f",
  "#08c98c",
  "#8f54dc",
  "#f8ae0e",
  "#0ca3be",
  "#fd74b6",
  "#5a8b04",
  "#a1bcff",
  "#ea630c",
  "#12c5b2",
  "#ac47c2",
  "#dbbd01",
  "#019edb",
  "#fe7b8f",
  "#0f9345",
  "#bab3fe",
  "#cd7c0d",
  "#0ac1cd",
  "#c23a9e",
  "#b5cc04",
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
