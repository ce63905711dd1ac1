import { expect, test } from "@jest/globals";
import { renderJson } from "./render-json.js";
import { sampleReport } from "./testing/sample-report.js";

test("pictures are left out, or base64 where asked for, also where their bytes are a Buffer", () => {
  expect(JSON.parse(renderJson(sampleReport())).pictures[0]).not.toHaveProperty("jpeg");
  const [picture] = sampleReport().pictures ?? [];
  const jpeg = Buffer.from([255, 216, 0, 1]);
  const parsed: unknown = JSON.parse(
    renderJson({ ...sampleReport(), pictures: [{ ...picture!, jpeg }] }, { jpegs: true }),
  );
  expect(parsed).toMatchObject({ pictures: [{ jpeg: "/9gAAQ==" }] });
});
