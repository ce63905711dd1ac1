import { expect, test } from "@jest/globals";
import { base64, renderJson } from "./render-json.js";
import { sampleReport } from "./testing/sample-report.js";

test("pictures are base64, also where their bytes are a Buffer", () => {
  const [picture] = sampleReport().pictures ?? [];
  const jpeg = Buffer.from([255, 216, 0, 1]);
  const parsed: unknown = JSON.parse(renderJson({ ...sampleReport(), pictures: [{ ...picture!, jpeg }] }));
  expect(parsed).toMatchObject({ pictures: [{ jpeg: "/9gAAQ==" }] });
});

test("base64 agrees with Node's on any length", () => {
  for (const length of [0, 1, 2, 3, 8191, 8192, 8193, 20_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  }
});
