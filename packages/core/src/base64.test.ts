import { expect, test } from "@jest/globals";
import { encodeBase64 } from "./base64.js";

test("base64 agrees with Node's on any length", () => {
  for (const length of [0, 1, 2, 3, 8191, 8192, 8193, 20_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  }
});
