import { at, network, row, STORAGES } from "./network.js";
import * as p from "./pickle-writer.js";
import { safetensorsFile } from "./safetensors-file.js";
import { tensor, torchFile } from "./torch-file.js";

const DETECTOR = p.dict(
  ["epoch", p.int(-1)],
  ["date", p.text("2024-01-01")],
  ["ema", p.none],
  [
    "model",
    network(
      {
        yaml: p.dict(["nc", p.int(2)], ["depth_multiple", p.float(0.33)], ["backbone", p.list(p.list(p.int(-1)))]),
        names: p.list(p.text("cat"), p.text("dog")),
        stride: tensor({ shape: [3], offset: 1, storageCount: 8 }),
      },
      [row(), row({ i: p.int(1) })],
    ),
  ],
);
const STATE_DICT = p.orderedDict(
  ["module.a", tensor({ shape: [2, 2], strides: [1, 2], storageCount: 8 })],
  ["module.b", at(3)],
);
const SAFE_HEADER = {
  __metadata__: { format: "pt" },
  a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
  b: { dtype: "F16", shape: [2, 1], data_offsets: [8, 12] },
};

/** Small valid files of every format, by reader: what the fuzz harness damages. */
export const CORPUS: ReadonlyMap<string, readonly Uint8Array[]> = new Map([
  [
    "torch-zip",
    [
      torchFile({ root: DETECTOR, storages: STORAGES, noCrc: true }),
      torchFile({ root: STATE_DICT, storages: STORAGES, noCrc: true, byteOrder: "little" }),
      torchFile({ root: STATE_DICT, storages: STORAGES, noCrc: true, deflate: true }),
    ],
  ],
  ["safetensors", [safetensorsFile(SAFE_HEADER, new Uint8Array(12))]],
]);
