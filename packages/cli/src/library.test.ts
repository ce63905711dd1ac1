import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { compile, folderPlace, openCheckpoint, openFile } from "./index.js";

const ROOT = new URL("../../../", import.meta.url);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "library-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [, script = ""] = /```js\n(.*?)```/s.exec(readFileSync(new URL("docs/library.md", ROOT), "utf8")) ?? [];

test("files may be proven in a folder, which then has what is given", async () => {
  const checkpoint = openCheckpoint(openFile(fixturePath("shapes/shapes.pt")));
  const { files } = await compile({ checkpoint, size: [64, 64], file: "a.onnx", place: folderPlace(folder) });
  expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual([
    "optimized",
    join("optimized", "a.onnx"),
    "plain",
    join("plain", "a.onnx"),
  ]);
  const bytes = Buffer.concat([...files[0]!.chunks()]);
  expect(readFileSync(join(folder, "optimized", "a.onnx")).equals(bytes)).toBe(true);
});

test("the script of docs/library.md runs", async () => {
  const checkpoint = openCheckpoint(openFile(fixturePath("shapes/shapes.pt")));
  const { files } = await compile({ checkpoint, size: [320, 256], passes: "fuse", verify: false });
  writeFileSync(join(folder, "theirs.onnx"), Buffer.concat([...files[0]!.chunks()]));
  copyFileSync(fixturePath("shapes/shapes.pt"), join(folder, "best.pt"));
  symlinkSync(fileURLToPath(new URL("node_modules", ROOT)), join(folder, "node_modules"));
  writeFileSync(join(folder, "script.mjs"), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["script.mjs"], { cwd: folder, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(/^214 layers, \d+ parameters, \d\.\d GFLOPs$/),
    expect.stringMatching(/^best\.onnx is proven in \d+ comparisons$/),
    "theirs computes the same",
    "",
  ]);
  expect(readdirSync(folder)).toContain("best.onnx");
});
