import { expect, test } from "@jest/globals";
import { viewElements } from "./dtype.js";

test("views aligned bytes and copies others, of a Buffer too", () => {
  const bytes = Buffer.from(new ArrayBuffer(24), 4, 16);
  bytes.writeDoubleLE(1.5, 0);
  const aligned = viewElements("f32", bytes);
  expect(aligned.buffer).toBe(bytes.buffer);
  const copied = viewElements("f64", bytes);
  expect(copied.buffer).not.toBe(bytes.buffer);
  expect([...copied]).toEqual([1.5, 0]);
});
