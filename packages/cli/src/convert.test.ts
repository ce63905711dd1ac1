import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { watchCli } from "./testing/watch-cli.js";

const CHECKPOINT = fixturePath("shapes/shapes.pt");
const YAML = fixturePath("shapes/shapes.yaml");

const cli = watchCli();
const { at } = cli;

async function convert(from: string, name: string, ...options: readonly string[]): Promise<string> {
  expect(await runCli(["convert", from, "-o", at(name), ...options])).toBe(0);
  return at(name);
}

async function compile(...argv: readonly string[]): Promise<Buffer> {
  const output = at("compiled.onnx");
  expect(await runCli([...argv, "-o", output, "--imgsz", "64", "--no-verify"])).toBe(0);
  return readFileSync(output);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** A safetensors file without its metadata: weights alone, with their shapes. */
function withoutMetadata(path: string, name: string): string {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(bytes.toString("utf8", 8, start));
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(at(name), Buffer.concat([length, json, bytes.subarray(start)]));
  return at(name);
}

test.each(["weights.bin", "other.safetensors", "arrays.npz"])("%s alone compiles to the same bytes", async (name) => {
  const written = await convert(CHECKPOINT, name);
  expect(sameBytes(await compile(written), await compile(CHECKPOINT))).toBe(true);
  expect(sameBytes(readFileSync(await convert(CHECKPOINT, `again-${name}`)), readFileSync(written))).toBe(true);
});

test("a .wts file has weights alone: with the yaml they give the same graph without names", async () => {
  const wts = await convert(CHECKPOINT, "a.wts");
  expect(cli.stderr).toMatch(/convert\/shapes: .wts has no shapes: 118 of 349 weights/);
  expect(cli.stderr).toMatch(/left out are the yaml, 6 class names, the strides, the eps/);
  const alone = withoutMetadata(await convert(CHECKPOINT, "a.safetensors"), "alone.safetensors");
  expect(sameBytes(await compile(YAML, wts), await compile(YAML, alone))).toBe(true);
  const packed = await convert(wts, "a.bin", "--cfg", YAML);
  expect(sameBytes(await compile(packed), await compile(YAML, alone))).toBe(true);
});

test("an ONNX file's initializers compile again to the same bytes", async () => {
  writeFileSync(at("model.onnx"), await compile(CHECKPOINT, "--passes", "none"));
  const whole = await compile(CHECKPOINT);
  expect(sameBytes(await compile(YAML, at("model.onnx")), whole)).toBe(true);
  const packed = await convert(at("model.onnx"), "packed.bin", "--cfg", YAML);
  expect(sameBytes(await compile(packed), whole)).toBe(true);
  expect(await runCli([at("model.onnx"), "-o", at("x.onnx")])).toBe(2);
  expect(cli.stderr).toMatch(/compile\/no-yaml: .*model\.onnx \(onnx\) carries no yaml/);
});

test("a fused ONNX file compiles again with the same weights", async () => {
  writeFileSync(at("full.onnx"), await compile(CHECKPOINT));
  writeFileSync(at("again.onnx"), await compile(YAML, at("full.onnx")));
  const [first, second] = [await convert(at("full.onnx"), "full.wts"), await convert(at("again.onnx"), "again.wts")];
  expect(sameBytes(readFileSync(second), readFileSync(first))).toBe(true);
});

test("chains of formats lose nothing on the way back", async () => {
  const npz = await convert(await convert(CHECKPOINT, "a.bin"), "b.npz");
  const back = await convert(npz, "c.safetensors");
  const [direct, around] = [readFileSync(at("a.bin")), readFileSync(back)].map((bytes) =>
    JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0)))),
  );
  expect(Object.keys(around.__metadata__)).toEqual(Object.keys(direct.__metadata__));
  for (const key of Object.keys(direct.__metadata__))
    if (!key.endsWith("source-sha256")) expect(around.__metadata__[key]).toBe(direct.__metadata__[key]);
  expect(sameBytes(await compile(back), await compile(CHECKPOINT))).toBe(true);
});

test("--json says what was read and written", async () => {
  await convert(CHECKPOINT, "a.bin", "--json");
  expect(JSON.parse(cli.stdout)).toEqual({
    input: CHECKPOINT,
    inputFormat: "torch-zip",
    sha256: createHash("sha256").update(readFileSync(CHECKPOINT)).digest("hex"),
    output: at("a.bin"),
    format: "safetensors",
    bytes: readFileSync(at("a.bin")).length,
    weights: 349,
    yaml: true,
    notes: [],
  });
});

test("--cfg takes the place of a checkpoint's own yaml, and says so", async () => {
  await convert(CHECKPOINT, "a.bin", "--cfg", YAML);
  expect(cli.stderr).toMatch(/warning convert\/yaml: .*shapes.pt carries a yaml of its own/);
});

test.each<[string, RegExp, () => string[]]>([
  [
    "an unknown extension",
    /convert\/format: .*\.bin, \.safetensors, \.npz, \.wts/,
    () => [CHECKPOINT, "-o", at("a.pt")],
  ],
  ["no extension", /convert\/format/, () => [CHECKPOINT, "-o", at("weights")]],
  ["a yaml", /usage.*is a yaml, not weights/, () => [YAML, "-o", at("a.bin")]],
  ["weights as the yaml", /yaml|UTF-8/, () => [CHECKPOINT, "--cfg", CHECKPOINT, "-o", at("a.bin")]],
  ["no output", /usage.*output/, () => [CHECKPOINT]],
  ["an output that cannot be", /output\/unwritable/, () => [CHECKPOINT, "-o", at("none/a.bin")]],
])("%s: one error, exit code 2, nothing written", async (_, message, argv) => {
  expect(await runCli(["convert", ...argv()])).toBe(2);
  expect(cli.stderr).toMatch(message);
  expect(readdirSync(cli.folder)).toEqual([]);
});

test("a file whose weights turn out to be damaged leaves nothing behind, and what was there", async () => {
  const bytes = readFileSync(CHECKPOINT);
  bytes[bytes.length >> 1]! ^= 255;
  writeFileSync(at("damaged.pt"), bytes);
  writeFileSync(at("a.bin"), "precious");
  expect(await runCli(["convert", at("damaged.pt"), "-o", at("a.bin")])).toBe(2);
  expect(cli.stderr).toMatch(/zip\/content: .*is damaged/);
  expect(readFileSync(at("a.bin"), "utf8")).toBe("precious");
  expect(readdirSync(cli.folder).sort()).toEqual(["a.bin", "damaged.pt"]);
});

/** `os.system` is named and thrown away, then come weights: `{"w": numpy.array([1], "<f4")}`. */
const SUSPICIOUS = [
  "\x80\x02cos\nsystem\n0}S'w'\ncnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR",
  "(I1\n(I1\ntcnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x00\\x00\\x80?'\ntbs.",
].join("");

test("suspicious names are refused unless they are allowed; inspect names them", async () => {
  writeFileSync(at("evil.pt"), SUSPICIOUS, "latin1");
  const convertIt = ["convert", at("evil.pt"), "-o", at("a.npz")];
  for (const refused of [convertIt, [at("evil.pt"), YAML], ["summary", at("evil.pt")]]) {
    cli.stderr = "";
    expect(await runCli(refused)).toBe(2);
    expect(cli.stderr).toMatch(/weights\/suspicious: .*os\.system.*--allow-suspicious/);
  }
  expect(existsSync(at("a.npz"))).toBe(false);
  expect(await runCli(["inspect", at("evil.pt"), "--json"])).toBe(0);
  expect(JSON.parse(cli.stdout)).toMatchObject({ suspicious: ["os.system"], tensors: [{ name: "w", shape: [1] }] });
  expect(await runCli([...convertIt, "--allow-suspicious"])).toBe(0);
  cli.stderr = "";
  expect(await runCli(["summary", at("evil.pt"), "--allow-suspicious"])).toBe(2);
  expect(cli.stderr).toMatch(/compile\/no-yaml/);
});

/** One safetensors file cut into an index and a shard beside it. */
async function sharded(part: string): Promise<string> {
  const whole = await convert(CHECKPOINT, "whole.safetensors");
  const bytes = readFileSync(whole);
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const index = { metadata: {}, weight_map: Object.fromEntries(names.map((name) => [name, part])) };
  writeFileSync(at("model.safetensors.index.json"), JSON.stringify(index));
  return at("model.safetensors.index.json");
}

test("an index finds its parts in its own folder, and nowhere else", async () => {
  const alone = withoutMetadata(await convert(CHECKPOINT, "a.safetensors"), "alone.safetensors");
  const index = await sharded("whole.safetensors");
  expect(sameBytes(await compile(YAML, index), await compile(YAML, alone))).toBe(true);
  expect(await runCli(["inspect", index, "--json"])).toBe(0);
  for (const [part, message] of [
    ["../whole.safetensors", /weights\/sibling/],
    ["/etc/passwd", /weights\/sibling/],
    ["missing.safetensors", /input\/unreadable.*no such file/],
  ] as const) {
    cli.stderr = "";
    expect(await runCli(["convert", await sharded(part), "-o", at("b.bin")])).toBe(2);
    expect(cli.stderr).toMatch(message);
  }
});
