import { expect, test } from "@jest/globals";
import { wantsColors } from "./colors.js";

const TERMINAL = { isTTY: true };
const PIPE = {};

test.each([
  ["a terminal", TERMINAL, {}, true],
  ["a pipe", PIPE, {}, false],
  ["a log of CI", PIPE, { CI: "true" }, false],
  ["a terminal that knows no colours", TERMINAL, { TERM: "dumb" }, false],
  ["NO_COLOR", TERMINAL, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  ["FORCE_COLOR", PIPE, { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0", TERMINAL, { FORCE_COLOR: "0" }, false],
])("%s", (_, stream, environment, colors) => {
  expect(wantsColors(stream, environment)).toBe(colors);
});
