import { metadataOf } from "../convert/metadata.js";
import { writeNpz } from "../numpy/write-npz.js";
import { writeSafetensors } from "../safetensors/write-safetensors.js";
import { legacyFile } from "./legacy-file.js";
import { at, network, row, STORAGES } from "./network.js";
import { npyFile, npyHeader } from "./npy-file.js";
import { initializer, onnxFile, onnxNode } from "./onnx-file.js";
import { open } from "./outcome.js";
import * as p from "./pickle-writer.js";
import { safetensorsFile } from "./safetensors-file.js";
import { type TarFile, tarOf, torchTarParts } from "./tar-file.js";
import { type NewTorchFile, numpyArray, tensor, torchFile } from "./torch-file.js";
import { concat, zipOf } from "./zip-writer.js";

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

const ARRAYS = p.dict(
  ["a", numpyArray([2], "f4", [0, 0, 128, 63, 0, 0, 0, 64])],
  ["b", numpyArray([1, 2], "u1", [1, 2])],
);
const HALVES = Uint16Array.of(0x3c00, 0x4000, 0, 1, 2, 3, 4, 5);
const LEGACY_ROOT = p.dict(
  ["model", p.persistent(p.tuple(p.text("module"), p.global("models.yolo", "Model"), p.text("a.py"), p.text("")))],
  ["state_dict", p.orderedDict(["a", tensor({ shape: [2], key: "1", storage: "HalfStorage" })], ["b", at(3)])],
);
const TAR_REF = (address: number) => p.persistent(p.text(String(address)));
const utf8 = new TextEncoder();
const NPY = npyFile(npyHeader("<f4", "(2, 1)"), new Uint8Array(8));

const SCRIPT = p.build(
  p.newObject(p.global("__torch__", "M")),
  p.dict(
    ["training", p.bool(false)],
    ["conv", p.build(p.newObject(p.global("__torch__.nn", "Conv2d")), p.dict(["weight", at(1)], ["other", at(2)]))],
  ),
);

function scriptFile(root: Uint8Array): Uint8Array {
  const code =
    'class Conv2d(Module):\n  __parameters__ = ["weight", ]\n  __buffers__ = []\n  eps : Final[float] = 0.001\n';
  const extra = [
    { name: "archive/code/__torch__/nn.py", bytes: utf8.encode(code) },
    { name: "archive/extra/config.txt", bytes: utf8.encode('{"names": {"0": "cat"}}') },
    { name: "archive/constants.pkl", bytes: p.pickle(p.tuple()) },
  ];
  return torchFile({ root, storages: STORAGES, extra, noCrc: true });
}

const TAR_PARTS = torchTarParts({
  root: p.orderedDict(["a", TAR_REF(10)], ["b", TAR_REF(11)]),
  storages: [[1, "FloatStorage", Float32Array.of(1, 2, 3)]],
  views: [[2, 1, 1, 2]],
  tensors: [
    { address: 10, storage: 1, shape: [3], strides: [1] },
    { address: 11, storage: 2, shape: [2, 1], strides: [1, 1] },
  ],
});

const tarSample = ([name, bytes]: TarFile, place: number): Sample => ({
  bytes,
  wrap: (damaged) => tarOf(TAR_PARTS.map((part, index) => (index === place ? [name, damaged] : part))),
});

function convertedFiles(): Uint8Array[] {
  const { model, tensors } = open(torchFile({ root: DETECTOR, storages: STORAGES }));
  const metadata = metadataOf({
    name: "t",
    format: "t",
    tensors,
    suspicious: [],
    notes: [],
    close() {},
    ...(model && { model }),
  });
  return [writeSafetensors, writeNpz].map((write) => concat(...write({ tensors, metadata }).chunks()));
}

const [SAFETENSORS = new Uint8Array(), NPZ = new Uint8Array()] = convertedFiles();

/** The file beside the corpus' index, whatever name is asked for. */
export const SHARD = safetensorsFile(SAFE_HEADER, new Uint8Array(12));

/** Bytes to damage, and a function that wraps them as a file: damage inside of an archive has to leave the archive whole. */
export interface Sample {
  readonly bytes: Uint8Array;
  wrap(bytes: Uint8Array): Uint8Array;
}

const whole = (bytes: Uint8Array): Sample => ({ bytes, wrap: (damaged) => damaged });
const zipped = (root: p.Code, file: Partial<NewTorchFile> = {}): Sample => ({
  bytes: p.pickle(root, file.protocol),
  wrap: (damaged) => torchFile({ storages: STORAGES, ...file, root: damaged }),
});
const pickled = (wrap: (bytes: Uint8Array) => Uint8Array, root: p.Code): Sample => ({ bytes: p.pickle(root), wrap });

const TORCH_ZIP: readonly Sample[] = [
  whole(torchFile({ root: DETECTOR, storages: STORAGES, noCrc: true })),
  whole(torchFile({ root: STATE_DICT, storages: STORAGES, noCrc: true, byteOrder: "little" })),
  whole(torchFile({ root: STATE_DICT, storages: STORAGES, noCrc: true, deflate: true })),
  zipped(DETECTOR),
  zipped(DETECTOR, { protocol: 4 }),
  zipped(STATE_DICT, { byteOrder: "big" }),
  zipped(ARRAYS),
];
const LEGACY: readonly Sample[] = [
  whole(
    legacyFile({
      root: LEGACY_ROOT,
      storages: [
        ["0", STORAGES[0]],
        ["1", HALVES],
      ],
    }),
  ),
  whole(legacyFile({ root: DETECTOR, storages: [["0", STORAGES[0]]], protocol: 4 })),
];
const TAR: readonly Sample[] = [whole(tarOf(TAR_PARTS)), ...TAR_PARTS.map((part, index) => tarSample(part, index))];
const HEADER: Sample = {
  bytes: utf8.encode(JSON.stringify(SAFE_HEADER)),
  wrap: (damaged) =>
    concat(new Uint8Array(BigUint64Array.of(BigInt(damaged.length)).buffer), damaged, new Uint8Array(12)),
};
const NPZ_FILE = zipOf([
  { name: "a.npy", bytes: NPY, crc32: 0 },
  { name: "b.npy", bytes: NPY, crc32: 0, deflate: true },
]);
const INDEX = '{"metadata": {"total_size": 12}, "weight_map": {"a": "1.safetensors", "b": "1.safetensors"}}';
const WTS = "2\nmodel.0.w 2  3f800000 c0000000\nb 1 00000000\n";

const ONNX_FILE = onnxFile(
  [
    onnxNode("/model.0/conv/Conv", "Conv", ["images", "onnx::Conv_1", "onnx::Conv_2"]),
    onnxNode("n", "BatchNormalization", ["a", "model.1.bn.weight", "b", "c", "d"], 1e-3),
    initializer({ name: "onnx::Conv_1", dims: [2, 1], elements: new Uint8Array(8) }),
    initializer({ name: "onnx::Conv_2", dims: [2], dataType: 10, list: 5, elements: Uint8Array.of(0x80, 0x78, 1) }),
    initializer({ name: "model.1.bn.weight", dims: [1], dataType: 7, list: 7, elements: Uint8Array.of(5) }),
  ],
  { names: "{0: 'cat'}", stride: "32" },
);

/** Small valid files of every format, by reader: what the fuzz harness damages. */
export const CORPUS: ReadonlyMap<string, readonly Sample[]> = new Map([
  ["torch-zip", TORCH_ZIP],
  ["torchscript", [whole(scriptFile(p.pickle(SCRIPT))), pickled(scriptFile, SCRIPT)]],
  ["torch-legacy", LEGACY],
  ["torch-tar", TAR],
  ["safetensors", [whole(SHARD), whole(SAFETENSORS), HEADER]],
  ["safetensors-index", [whole(utf8.encode(INDEX))]],
  ["npz", [whole(NPZ), whole(NPZ_FILE), { bytes: NPY, wrap: (damaged) => zipOf([{ name: "a.npy", bytes: damaged }]) }]],
  ["npy", [whole(NPY), whole(npyFile(npyHeader(">i2", "(3,)", "True"), new Uint8Array(6), 2))]],
  ["wts", [whole(utf8.encode(WTS))]],
  ["onnx", [whole(ONNX_FILE)]],
  ["pickle", [whole(p.pickle(ARRAYS)), whole(p.pickle(ARRAYS, 4))]],
]);
