import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { encodeNpy, ownModules } from "@yolo-compile/compiler";
import { runCli } from "./cli.js";
import { compile, summarize } from "./index.js";
import { watchCli } from "./testing/watch-cli.js";

const EXAMPLE = fileURLToPath(new URL("../../../docs/modules/", import.meta.url));
const CBAM = `${EXAMPLE}cbam.mjs`;

const cli = watchCli();

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(cli.at(name), content);
  return cli.at(name);
}

/** Scattered numbers between -1 and 1, reproducible. */
const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(seed + 12.9898 * index) ** 3);

/** A safetensors file: the header's length, the header, the numbers. */
function safetensors(weights: Readonly<Record<string, readonly [shape: readonly number[], data: Float32Array]>>) {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, [shape, { byteLength }]] of Object.entries(weights)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + byteLength] };
    offset += byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(weights).map(([, { buffer }]) => Buffer.from(buffer))]);
}

/** A yaml of one CBAM. */
const alone = (args: string, ch: number): string =>
  `nc: 1\nch: ${ch}\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: 3\nbackbone:\n  - [-1, 1, CBAM, ${args}]\nhead: []\n`;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const [C, H, W, HIDDEN, K] = [4, 5, 7, 2, 3];

/** CBAM after arXiv 1807.06521, equations 2 and 3, by loops over single numbers. x: [C,H,W], row-major. */
function cbam(x: Float32Array, w0: Float32Array, w1: Float32Array, w7: Float32Array): number[] {
  const map = (c: number): number[] => [...x.subarray(c * H * W, (c + 1) * H * W)];
  const mlp = (seen: readonly number[]): number[] => {
    const hidden = Array.from({ length: HIDDEN }, (_, j) => Math.max(0, sum(seen.map((v, c) => w0[j * C + c]! * v))));
    return Array.from({ length: C }, (_, c) => sum(hidden.map((v, j) => w1[c * HIDDEN + j]! * v)));
  };
  const channels = Array.from({ length: C }, (_, c) => map(c));
  const means = mlp(channels.map((values) => sum(values) / (H * W)));
  const maxima = mlp(channels.map((values) => Math.max(...values)));
  const counted = channels.map((values, c) => values.map((v) => v * sigmoid(means[c]! + maxima[c]!)));
  const pixels = Array.from({ length: H * W }, (_, at) => counted.map((values) => values[at]!));
  const seen = [pixels.map((values) => sum(values) / C), pixels.map((values) => Math.max(...values))];
  const attention = pixels.map((_, at) => {
    let total = 0;
    for (const [plane, values] of seen.entries())
      for (let dy = 0; dy < K; dy++)
        for (let dx = 0; dx < K; dx++) {
          const [row, column] = [Math.floor(at / W) + dy - 1, (at % W) + dx - 1];
          if (row >= 0 && row < H && column >= 0 && column < W)
            total += w7[(plane * K + dy) * K + dx]! * values[row * W + column]!;
        }
    return sigmoid(total);
  });
  return counted.flatMap((values) => values.map((v, at) => v * attention[at]!));
}

test("CBAM from docs/modules gives the numbers of its paper", async () => {
  const yaml = file("cbam.yaml", alone(`[2, ${K}]`, C));
  const [w0, w1, w7] = [numbers(HIDDEN * C, 1), numbers(C * HIDDEN, 2), numbers(2 * K * K, 3)] as const;
  const weights = file(
    "weights.safetensors",
    safetensors({
      "model.0.channel.fc1.weight": [[HIDDEN, C, 1, 1], w0],
      "model.0.channel.fc2.weight": [[C, HIDDEN, 1, 1], w1],
      "model.0.spatial.conv.weight": [[1, 2, K, K], w7],
    }),
  );
  const model = cli.at("cbam.onnx");
  expect(await runCli([yaml, weights, "--modules", CBAM, "--imgsz", `${H}x${W}`, "-o", model])).toBe(0);

  const x = numbers(C * H * W, 4);
  const golden = cli.at("golden");
  const known = (scale: number): void => {
    const data = Float32Array.from(cbam(x, w0, w1, w7), (value) => value * scale);
    writeFileSync(`${golden}/output0.npy`, encodeNpy({ dtype: "f32", shape: [1, C, H, W], data }));
  };
  mkdirSync(golden);
  writeFileSync(`${golden}/images.npy`, encodeNpy({ dtype: "f32", shape: [1, C, H, W], data: x }));
  known(1);
  expect(await runCli(["verify", model, "--golden", golden])).toBe(0);
  known(1.01);
  expect(await runCli(["verify", model, "--golden", golden])).toBe(1);
});

test("a yaml with CBAM compiles, is verified and counted", async () => {
  const yaml = `${EXAMPLE}cbam.yaml`;
  const options = ["--modules", CBAM, "--imgsz", "64", "--json"];
  expect(await runCli([yaml, "--random-weights", "1", ...options, "-o", cli.at("out.onnx")])).toBe(0);
  expect(JSON.parse(cli.stdout)).toMatchObject({ verify: { ok: true } });
  cli.stdout = "";
  expect(await runCli(["summary", yaml, ...options])).toBe(0);
  const rows = JSON.parse(cli.stdout).rows as { type: string; parameters: number }[];
  // 64 channels: 2 * 64 * 4 and 2 * 7 * 7; 128: 2 * 128 * 8 and 2 * 3 * 3
  expect(rows.filter(({ type }) => type === "models.common.CBAM").map(({ parameters }) => parameters)).toEqual([
    2 * 64 * 4 + 2 * 7 * 7,
    2 * 128 * 8 + 2 * 3 * 3,
  ]);
});

test("the library's requests take the same table", async () => {
  const config = { file: "cbam.yaml", text: readFileSync(`${EXAMPLE}cbam.yaml`, "utf8") };
  const modules = ownModules((await import(CBAM)).modules, CBAM);
  const { files, verification } = await compile({ config, modules, randomWeights: 1, size: [64, 64] });
  expect(verification!.ok).toBe(true);
  expect(files).toHaveLength(1);
  expect(summarize({ config, modules }).rows[4]).toMatchObject({ type: "models.common.CBAM", arguments: "[16]" });
  expect(() => summarize({ config })).toThrow("CBAM is not a known module");
});

test("without --modules the message names both ways", async () => {
  expect(await runCli(["summary", `${EXAMPLE}cbam.yaml`])).toBe(2);
  expect(cli.stderr).toContain("CBAM is not a known module");
  expect(cli.stderr).toContain("--modules FILE.mjs, or as `modules` of the library's requests");
});

test("an argument of one's own module that does not fit names its row", async () => {
  expect(await runCli(["summary", file("odd.yaml", alone("[2]", 3)), "--modules", CBAM])).toBe(2);
  expect(cli.stderr).toContain("CBAM: reduction is 2, expected a divisor of the 3 channels");
  expect(cli.stderr).toContain("(backbone[0])");
});

test.each([
  ["export const other = 1;", "own.mjs exports no modules: `modules`, or the default export, is undefined"],
  ["export const modules = [];", "is a list"],
  ["export default {};", "is empty"],
  ["export default new Map([['A', 3]]);", "A in "],
  ["export default { A: { type: 'A', signature: 'k' } };", "its signature is a string, expected a list of names"],
  ["export default { A: { type: 'A', signature: [], plan() {} } };", "its build is undefined, expected a function"],
  ["export default { A: { type: 'A', signature: [], inputs: 2 } };", 'its inputs are neither "one" nor "many"'],
  ["throw new Error('no luck');", "own.mjs does not run: no luck"],
  ["export const modules = {", "own.mjs does not run: "],
])("%s is refused with the reason", async (code, reason) => {
  expect(await runCli(["summary", `${EXAMPLE}cbam.yaml`, "--modules", file("own.mjs", code)])).toBe(2);
  expect(cli.stderr).toContain(reason);
});

test("a file of modules that is not there is refused", async () => {
  expect(await runCli(["summary", `${EXAMPLE}cbam.yaml`, "--modules", cli.at("none.mjs")])).toBe(2);
  expect(cli.stderr).toContain("cannot read");
});
