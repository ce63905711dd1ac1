import { expect, test } from "@jest/globals";
import { DARK, LIGHT, type Scheme, WARMEST } from "./palette.js";

/** WCAG 2.2 asks for this between text and what is behind it. */
const READABLE = 4.5;
/** And for this between a mark and what is beside it. */
const VISIBLE = 3;

/** Text and its backgrounds, as the style sheet uses them. */
const PAIRS: readonly (readonly [text: keyof Scheme, behind: readonly (keyof Scheme)[]])[] = [
  ["text", ["page", "surface", "badSurface"]],
  ["muted", ["page", "surface", "badSurface"]],
  ["accent", ["page", "surface"]],
  ["good", ["page", "surface"]],
  ["bad", ["page", "surface", "badSurface"]],
  ["warning", ["surface"]],
  ["surface", ["bad"]],
];

test.each([
  ["light", LIGHT],
  ["dark", DARK],
])("text can be read in %s", (_, scheme) => {
  const poor = PAIRS.flatMap(([text, behind]) =>
    behind.map((each) => [text, each, contrast(scheme[text], scheme[each])] as const),
  ).filter(([, , ratio]) => ratio < READABLE);
  expect(poor).toEqual([]);
  expect(contrast(mix(scheme.accent, scheme.surface, WARMEST / 100), scheme.text)).toBeGreaterThan(READABLE);
  expect(contrast(mix(scheme.accent, scheme.page, WARMEST / 100), scheme.text)).toBeGreaterThan(READABLE);
  expect(contrast(scheme.accent, scheme.surface)).toBeGreaterThan(VISIBLE);
});

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map(toLinear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of one colour in another, as the page mixes them: `color-mix(in srgb, …)`. */
function mix(one: string, other: string, share: number): string {
  const [from, to] = [channels(one), channels(other)];
  const mixed = from.map((value, index) => Math.round(255 * (value * share + to[index]! * (1 - share))));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
