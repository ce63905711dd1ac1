import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { externalModel, fixturePath } from "@yolo-compile/testkit";
import { runCli } from "./cli.js";
import { createColors, rendered } from "./colors.js";
import { formatTable } from "./table.js";
import { watchCli } from "./testing/watch-cli.js";

const { at } = watchCli();

/** The bytes of both streams. */
let written = "";
beforeEach(() => {
  written = "";
  for (const stream of ["stdout", "stderr"] as const)
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      written += String(text);
      return true;
    });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const FORGED = "b.onnx computes what a.onnx computes";
/** Ends the line, clears it, writes a verdict in green, hides the rest; in C1 too, and backwards. */
const HOSTILE = `x\n\x1b[2K\x1b[32m${FORGED}\x1b[0m\x1b[8m\r\x9b32m\u202e\u200b\u2028`;

function expectHarmless(): void {
  expect(written).toContain("\\u{1b}[2K");
  expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(written.split("\n").filter((line) => line.startsWith(FORGED))).toEqual([]);
}

/** A model with a weight beside it. */
function model(name: string, weights: readonly number[], options: { output?: string; op?: string }): string {
  writeFileSync(at(`${name}.bin`), new Uint8Array(Float32Array.from(weights).buffer));
  writeFileSync(at(`${name}.onnx`), externalModel(`${name}.bin`, options));
  return at(`${name}.onnx`);
}

test("an output's name forges no verdict", async () => {
  const [one, other] = [model("a", [1, 2, 3, 4], { output: HOSTILE }), model("b", [1, 2, 3, 5], { output: HOSTILE })];
  expect(await runCli(["verify", one, other])).toBe(1);
  expectHarmless();
});

test("neither does the name of an input that stands for another, nor one in inspect", async () => {
  const [one, other] = [model("a", [1, 2, 3, 4], { output: HOSTILE }), model("b", [1, 2, 3, 5], {})];
  expect(await runCli(["verify", one, other])).toBe(1);
  expectHarmless();
  written = "";
  expect(await runCli(["inspect", one])).toBe(0);
  expectHarmless();
});

test("an error of ONNX Runtime that quotes a foreign model is text", async () => {
  const broken = model("a", [1, 2, 3, 4], { op: HOSTILE });
  expect(await runCli(["verify", broken, model("b", [1, 2, 3, 4], {})])).toBe(2);
  expect(written).toMatch(/^error runtime\/load/m);
  expectHarmless();
});

test("names of weights, classes and metadata are text", async () => {
  const header = JSON.stringify({
    __metadata__: { names: JSON.stringify({ 0: HOSTILE }), [HOSTILE]: HOSTILE },
    [HOSTILE]: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
  });
  const length = new Uint8Array(BigUint64Array.of(BigInt(Buffer.byteLength(header))).buffer);
  const nan = new Uint8Array(Float32Array.of(Number.NaN).buffer);
  writeFileSync(at("w.safetensors"), Buffer.concat([length, Buffer.from(header), nan]));
  expect(await runCli(["inspect", at("w.safetensors"), "--tensors"])).toBe(0);
  expectHarmless();
  written = "";
  expect(await runCli(["inspect", at("w.safetensors"), "--cfg", fixturePath("shapes/shapes.yaml")])).toBe(1);
  expectHarmless();
});

test("a yaml's modules and errors are text", async () => {
  const quoted = JSON.stringify(HOSTILE);
  writeFileSync(
    at("a.yaml"),
    `nc: 1\ndepth_multiple: 1.0\nwidth_multiple: 1.0\nanchors: 3\nbackbone: [[-1, 1, ${quoted}, [8]]]\nhead: []\n`,
  );
  expect(await runCli(["summary", at("a.yaml")])).toBe(2);
  expectHarmless();
  written = "";
  writeFileSync(at("b.yaml"), `nc: 1\n? ${quoted}\n: [\n`);
  expect(await runCli(["summary", at("b.yaml")])).toBe(2);
  expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("names of files are text", async () => {
  const path = at(HOSTILE.replaceAll("/", ""));
  writeFileSync(path, "nothing");
  for (const argv of [
    ["inspect", path],
    [path, "-o", at("x.onnx")],
    ["verify", path, "--report", HOSTILE],
  ]) {
    written = "";
    expect(await runCli(argv)).toBe(2);
    expectHarmless();
  }
});

test("--json shows all of itself and keeps its meaning", async () => {
  const one = model("a", [1, 2, 3, 4], { output: HOSTILE });
  expect(await runCli(["inspect", one, "--json"])).toBe(0);
  expect(JSON.parse(written).outputs[0].name).toBe(HOSTILE);
  expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("our own colours stay colours, in tables too", () => {
  const { green, bold } = createColors(true);
  expect(rendered(`${bold("a\x1b[31m")} b`)).toBe("\x1b[1ma\\u{1b}[31m\x1b[22m b");
  const rows = [
    [green("ok"), "x\ny"],
    ["long", "\x1b[2K"],
  ];
  const lines = formatTable({ head: ["a", "b"] }, rows).map((line) => rendered(line).trimEnd());
  expect(lines).toEqual(["a     b", "\x1b[32mok\x1b[39m    x\\ny", "long  \\u{1b}[2K"]);
});
