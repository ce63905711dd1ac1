// Writes a checkpoint past 4 GB, as torch.save would: one storage of 4.5 GB, then a small one behind it.
// Reads it back. Zeros become holes where the file system has such, so that it takes little room.
//   node scripts/check-zip64.mjs
import { ok, strictEqual } from "node:assert";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openFile } from "../packages/cli/dist/files.js";
import { piecesOf } from "../packages/core/dist/index.js";
import { openCheckpoint } from "../packages/weights/dist/index.js";
import { bundleTesting } from "./bundle-testing.mjs";

const BLOCK = new Uint8Array(1 << 20);
const BLOCKS = 4608;
/** The last block of the large storage: ones, to be found at its end. */
const LAST = new Uint8Array(new Float32Array(BLOCK.length / 4).fill(1).buffer);
const SMALL = Float32Array.of(1, 2, 3);
const COUNT = (BLOCKS * BLOCK.length) / 4;

const folder = mkdtempSync(join(tmpdir(), "yolo-compile-zip64-"));

function write(path, { byteLength, chunks }) {
  const handle = openSync(path, "w");
  let at = 0;
  for (const chunk of chunks()) {
    if (chunk !== BLOCK) writeSync(handle, chunk, 0, chunk.length, at);
    at += chunk.length;
  }
  ftruncateSync(handle, byteLength);
  closeSync(handle);
}

function check(path, format) {
  const checkpoint = openCheckpoint(openFile(path));
  strictEqual(checkpoint.format, format);
  const { large, small } = Object.fromEntries(checkpoint.tensors);
  strictEqual(large.shape[0], COUNT);
  ok(small.read().data.every((value, index) => value === SMALL[index]));
  let [count, sum] = [0, 0];
  for (const piece of piecesOf(large)) {
    count += piece.length;
    if (count > COUNT - LAST.length / 4) sum += piece.reduce((total, value) => total + value, 0);
  }
  strictEqual(count, COUNT);
  strictEqual(sum, LAST.length / 4);
  console.log(
    `${format}: ${statSync(path).size} bytes, ${count} elements of one storage read and checked by their CRC`,
  );
}

try {
  const { largeTorchFile } = await import(
    pathToFileURL(await bundleTesting("packages/weights/src/testing/large-torch-file.ts"))
  );
  const pieces = () => [...new Array(BLOCKS - 1).fill(BLOCK), LAST];
  const torch = join(folder, "large.pt");
  write(
    torch,
    largeTorchFile([
      { name: "large", storage: "FloatStorage", shape: [COUNT], sizeBytes: BLOCKS * BLOCK.length, pieces },
      {
        name: "small",
        storage: "FloatStorage",
        shape: [3],
        sizeBytes: 12,
        pieces: () => [new Uint8Array(SMALL.buffer)],
      },
    ]),
  );
  check(torch, "torch-zip");
} finally {
  rmSync(folder, { recursive: true });
}
