import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { openWorkspace } from "./files.js";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Publishes a file of that name and content for each entry, as one set. */
function publish(files: Readonly<Record<string, string>>, obsolete: readonly string[] = []): void {
  const workspace = openWorkspace(at("model.onnx"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(workspace.path(name), content);
    workspace.publish(new Map(Object.keys(files).map((name) => [name, at(name)])), obsolete.map(at));
  } finally {
    workspace.discard();
  }
}

test("the files of a set replace what was there", () => {
  writeFileSync(at("model.onnx"), "old");
  publish({ "model.onnx": "new", "model.data": "weights" });
  expect(readdirSync(folder).sort()).toEqual(["model.data", "model.onnx"]);
  expect(readFileSync(at("model.onnx"), "utf8")).toBe("new");
});

test("a file that cannot be moved takes the others of its set back", () => {
  writeFileSync(at("model.onnx"), "old");
  mkdirSync(at("model.scales/full"), { recursive: true });
  const files = { "model.onnx": "new", "model.data": "weights", "model.scales": "in the way" };
  expect(() => publish(files)).toThrow(/output\/unwritable: cannot write .*model\.scales: it is a folder/);
  expect(readdirSync(folder).sort()).toEqual(["model.onnx", "model.scales"]);
  expect(readFileSync(at("model.onnx"), "utf8")).toBe("old");
});

test("files that nothing needs any more go with the set, and come back where it cannot be moved", () => {
  writeFileSync(at("model.data"), "weights");
  mkdirSync(at("model.scales/full"), { recursive: true });
  expect(() => publish({ "model.onnx": "new", "model.scales": "in the way" }, ["model.data"])).toThrow(
    /output\/unwritable/,
  );
  expect(readdirSync(folder).sort()).toEqual(["model.data", "model.scales"]);
  expect(readFileSync(at("model.data"), "utf8")).toBe("weights");
  publish({ "model.onnx": "new" }, ["model.data"]);
  expect(readdirSync(folder).sort()).toEqual(["model.onnx", "model.scales"]);
});
