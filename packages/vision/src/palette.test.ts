import { expect, test } from "@jest/globals";
import { channelsOf, classColour, inkOn } from "./palette.js";

test("colours repeat after twenty, none before", () => {
  const colours = Array.from({ length: 20 }, (_, index) => classColour(index));
  expect(new Set(colours).size).toBe(20);
  expect(classColour(47)).toBe(colours[7]);
});

test("channels are read from a colour", () => {
  expect(channelsOf("#01a0ff")).toEqual([1, 160, 255]);
});

test("ink on every colour has a contrast of 4.5 or more", () => {
  expect([inkOn("#ffffff"), inkOn("#000000"), inkOn("#ffff00"), inkOn("#0000ff")]).toEqual([
    "#000000",
    "#ffffff",
    "#000000",
    "#ffffff",
  ]);
  for (let index = 0; index < 20; index++) {
    const [ground, ink] = [classColour(index), inkOn(classColour(index))].map((colour) => {
      const [r, g, b] = channelsOf(colour).map((channel) => (channel / 255) ** 2.2);
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05;
    });
    expect(Math.max(ground! / ink!, ink! / ground!)).toBeGreaterThan(4.5);
  }
});
