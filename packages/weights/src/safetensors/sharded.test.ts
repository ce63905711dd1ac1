import { expect, test } from "@jest/globals";
import { type ByteSource, bytesSource } from "@yolo-compile/core";
import { openCheckpoint } from "../formats.js";
import { codeOf, valuesOf } from "../testing/outcome.js";
import { safetensorsFile } from "../testing/safetensors-file.js";

const entry = (start: number, end: number) => ({ dtype: "U8", shape: [end - start], data_offsets: [start, end] });
const SHARDS: Readonly<Record<string, Uint8Array>> = {
  "model-00001-of-00002.safetensors": safetensorsFile({ a: entry(0, 1), b: entry(1, 3) }, Uint8Array.of(1, 2, 3)),
  "model-00002-of-00002.safetensors": safetensorsFile({ c: entry(0, 1) }, Uint8Array.of(4)),
};
const [FIRST, SECOND] = Object.keys(SHARDS) as [string, string];
const MAP = { a: FIRST, c: SECOND, b: FIRST };

const opened: string[] = [];
function sibling(name: string): ByteSource {
  opened.push(name);
  return bytesSource(name, SHARDS[name] ?? new Uint8Array(3));
}
const openIndex = (index: unknown, options: object = { sibling }) => {
  const text = typeof index === "string" ? index : JSON.stringify(index);
  return openCheckpoint(bytesSource("model.safetensors.index.json", new TextEncoder().encode(text)), options);
};

test("weights come from the shards, each opened once, in the order of the index", () => {
  opened.length = 0;
  const checkpoint = openIndex({ metadata: { total_size: 4 }, weight_map: MAP });
  expect(checkpoint.format).toBe("safetensors-index");
  expect([...checkpoint.tensors.keys()]).toEqual(["a", "c", "b"]);
  expect(["a", "b", "c"].map((name) => valuesOf(checkpoint, name))).toEqual([[1], [2, 3], [4]]);
  expect(opened).toEqual([FIRST, SECOND]);
});

test("closing closes the shards", () => {
  const checkpoint = openIndex({ weight_map: MAP });
  checkpoint.close();
  expect(codeOf(() => checkpoint.tensors.get("c")?.read())).toBe("weights/closed");
});

test.each<[string, string, unknown]>([
  ["a weight that is not in its shard", "safetensors/shard", { weight_map: { ...MAP, d: FIRST } }],
  ["a weight in another shard", "safetensors/shard", { weight_map: { ...MAP, c: FIRST } }],
  ["a shard with a weight that is not listed", "safetensors/shard", { weight_map: { a: FIRST } }],
  ["a shard in another directory", "weights/sibling", { weight_map: { a: "../secret" } }],
  ["a shard by its absolute path", "weights/sibling", { weight_map: { a: "/etc/passwd" } }],
  ["a shard that is hidden", "weights/sibling", { weight_map: { a: ".ssh" } }],
  ["a shard that is no safetensors file", "weights/truncated", { weight_map: { a: "other.safetensors" } }],
  ["no weights", "safetensors/header", { weight_map: {} }],
  ["a list for a map", "safetensors/header", { weight_map: [] }],
  ["a number for a file", "safetensors/header", { weight_map: { a: 1 } }],
  ["a weight twice", "safetensors/duplicate", `{"weight_map":{"a":"${FIRST}","a":"${FIRST}"}}`],
  ["no JSON", "safetensors/header", '{"weight_map": {'],
  ["other JSON", "weights/format", { weights: MAP }],
])("refuses %s", (_, code, index) => {
  expect(codeOf(() => openIndex(index))).toBe(code);
});

test("without a way to open other files, the index says what it needs", () => {
  expect(codeOf(() => openIndex({ weight_map: MAP }, {}))).toBe("weights/sibling");
});
