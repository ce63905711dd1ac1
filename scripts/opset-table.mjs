// Prints the page docs/opsets.md; `--write` replaces it.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { bundleTesting } from "./bundle-testing.mjs";

const bundle = await bundleTesting("packages/onnx/src/testing/opset-changes.ts");
const { opsetPage } = await import(pathToFileURL(bundle).href);
if (process.argv.includes("--write")) writeFileSync(new URL("../docs/opsets.md", import.meta.url), opsetPage());
else process.stdout.write(opsetPage());
