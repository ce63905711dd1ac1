import { expect, test } from "@jest/globals";
import { createColors } from "./colors.js";
import { cutText, textWidth, wrapText } from "./text-width.js";

const { green } = createColors(true);

test("colours take no columns, letters of East Asia two, accents none", () => {
  expect([green("ok"), "图像.jpg", "e\u0301", "🌷"].map(textWidth)).toEqual([2, 8, 1, 2]);
});

test("a step's line fits, whatever it names", () => {
  expect(cutText("… reading the weights", 21)).toBe("… reading the weights");
  expect(cutText("… reading the weights", 10)).toBe("… reading…");
  expect(cutText("… 图像图像", 6)).toBe("… 图…");
});

test.each<[string, number, number, readonly string[]]>([
  ["short", 10, 2, ["short"]],
  ["one two three", 9, 2, ["one two", "  three"]],
  ["label     one two", 15, 10, ["label     one", "          two"]],
  ["/a/long/path.onnx here", 8, 2, ["/a/long/", "  path.o", "  nnx", "  here"]],
])("%j in %i columns", (text, width, indent, lines) => {
  expect(wrapText(text, width, indent)).toEqual(lines);
});

test("colours are not torn", () => {
  const lines = wrapText(`one ${green("two three")} four`, 8, 0);
  expect(lines.map(textWidth)).toEqual([7, 5, 4]);
  expect(lines.join(" ")).toBe(`one ${green("two three")} four`);
});
