import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { externalModel } from "@yolo-compile/testkit";
import { CPU } from "./providers.js";
import { openSession } from "./session.js";

test("a model that is bytes takes no data from the working directory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "external-"));
  const here = process.cwd();
  writeFileSync(join(folder, "w.bin"), new Uint8Array(16));
  writeFileSync(join(folder, "model.onnx"), externalModel("w.bin"));
  process.chdir(folder);
  try {
    for (const provider of [CPU, { ...CPU, childEnvironment: {} }]) {
      const options = { provider, level: "all" } as const;
      await expect(openSession(externalModel("w.bin"), options)).rejects.toThrow(/runtime\/load: .*w\.bin/s);
      await (await openSession("model.onnx", options)).release();
    }
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  }
});
