import { expect, test } from "@jest/globals";
import { type Blame, CompileError } from "@yolo-compile/compiler";
import { exitCodeOf } from "./exit.js";

test.each<[Blame | undefined, number]>([
  ["input", 2],
  ["verdict", 1],
  ["fault", 70],
  ["system", 74],
  [undefined, 2],
])("an error with the blame %s ends with %i", (blame, code) => {
  const error = new CompileError({ code: "test/made-up", message: "said", ...(blame && { blame }) });
  expect(exitCodeOf(error.diagnostic)).toBe(code);
});
