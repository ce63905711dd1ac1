import { expect, test } from "@jest/globals";
import { renderJson } from "./render-json.js";
import { sampleReport } from "./testing/sample-report.js";

test("pictures are base64, also where their bytes are a Buffer", () => {
  const [picture] = sampleReport().pictures ?? [];
  const jpeg = Buffer.from([255, 216, 0, 1]);
  const parsed: unknown = JSON.parse(renderJson({ ...sampleReport(), pictures: [{ ...picture!, jpeg }] }));
  expect(parsed).toMatchObject({ pictures: [{ jpeg: "/9gAAQ==" }] });
});
