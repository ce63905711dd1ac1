import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { bundleForBrowser } from "../../../scripts/reach.mjs";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();
const CHECKPOINT = fixturePath("shapes/shapes.pt");

/**
 * The globals of the bundle besides the language itself: no `require`, `process`, `Buffer` or `fetch`, and no code from
 * text.
 */
const BROWSER = { TextDecoder, TextEncoder, performance };

/** One chunk after the other, as a page would do it. */
const IN_THE_PAGE = `
  const { bytesSource, compileGraphs, encodeModel, openCheckpoint } = yoloCompile;
  const checkpoint = openCheckpoint(bytesSource("shapes.pt", new Uint8Array(file)));
  const { optimized } = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes: "full" });
  const model = encodeModel(optimized, { opset: 17 });
  const bytes = new Uint8Array(model.byteLength);
  let offset = 0;
  for (const chunk of model.chunks()) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  bytes;
`;

test("a browser compiles a checkpoint to the bytes that the command line writes", async () => {
  const { script, nodeImports } = await bundleForBrowser();
  expect(nodeImports).toEqual([]);
  const page = createContext(
    { ...BROWSER, file: [...readFileSync(CHECKPOINT)] },
    { codeGeneration: { strings: false } },
  );
  runInContext(script, page, { filename: "yolo-compile.js" });
  const compiled: Uint8Array = runInContext(IN_THE_PAGE, page);
  const output = cli.at("out.onnx");
  expect(await runCli([CHECKPOINT, "--imgsz", "64", "96", "--no-verify", "-o", output])).toBe(0);
  expect(readFileSync(output).equals(compiled)).toBe(true);
});
