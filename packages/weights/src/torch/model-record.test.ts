import { expect, test } from "@jest/globals";
import type { OpenOptions } from "../format.js";
import { at, network, row, STORAGES } from "../testing/network.js";
import { codeOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { type NewModule, numpyArray, tensor, torchFile } from "../testing/torch-file.js";

const openRoot = (root: p.Code, options?: OpenOptions) => open(torchFile({ root, storages: STORAGES }), options);

test("what the module knows besides its weights", () => {
  const yaml = p.dict(
    ["nc", p.int(2)],
    ["depth_multiple", p.float(1)],
    ["backbone", p.list(p.tuple(p.int(-1), p.int(1), p.text("Conv"), p.list(p.none, p.bool(true))))],
  );
  const rows = [row(), row({ i: p.int(5), f: p.list(p.int(-1), p.int(4)), backbone: p.bool(true) }), {}];
  const attributes = {
    yaml,
    yaml_file: p.text("v5.yaml"),
    names: p.list(p.text("cat"), p.text("o'neil 中")),
    stride: tensor({ shape: [3], offset: 1, storageCount: 8 }),
  };
  const root = p.dict(["model", network(attributes, rows)], ["date", p.text("2024-01-01")], ["epoch", p.int(-1)]);
  const { model } = openRoot(root);
  expect(model).toMatchObject({
    className: "models.yolo.DetectionModel",
    yaml: { nc: 2, depth_multiple: { pyFloat: 1 }, backbone: [[-1, 1, "Conv", [null, true]]] },
    yamlFile: "v5.yaml",
    names: new Map([
      [0, "cat"],
      [1, "o'neil 中"],
    ]),
    stride: [1, 2, 3],
    entry: "model",
    date: "2024-01-01",
    epoch: -1,
  });
  expect(model?.layers).toEqual([
    { index: 0, from: -1, type: "models.common.Conv" },
    { index: 5, from: [-1, 4], type: "models.common.Conv", backbone: true },
    {},
  ]);
  expect(model?.batchNormEps).toEqual(
    new Map([
      ["model.0.bn", 1e-3],
      ["model.1.bn", 1e-3],
    ]),
  );
});

test("eps is taken of any module with running statistics, and of nothing else", () => {
  const own: NewModule = {
    className: "mine.Norm",
    buffers: { running_mean: at(0) },
    attributes: { eps: p.float(0.5) },
  };
  const layerNorm: NewModule = {
    className: "torch.nn.modules.normalization.LayerNorm",
    attributes: { eps: p.float(1e-5) },
  };
  const frozen: NewModule = { className: "torch.nn.modules.batchnorm.BatchNorm2d", attributes: { eps: p.int(1) } };
  const { model } = openRoot(network({}, [own, layerNorm, frozen]));
  expect([...(model?.batchNormEps ?? [])]).toEqual([
    ["model.0", 0.5],
    ["model.2", 1],
  ]);
});

test.each<[string, p.Code, ReadonlyMap<number, string> | undefined]>([
  [
    "a dict",
    p.dict([p.int(3), p.text("b")], [p.int(0), p.text("a")]),
    new Map([
      [3, "b"],
      [0, "a"],
    ]),
  ],
  [
    "a tuple",
    p.tuple(p.text("a"), p.text("b")),
    new Map([
      [0, "a"],
      [1, "b"],
    ]),
  ],
  [
    "numbers",
    p.list(p.int(7), p.float(1.5)),
    new Map([
      [0, "7"],
      [1, "1.5"],
    ]),
  ],
  ["None", p.none, undefined],
])("names may be %s", (_, names, expected) => {
  expect(openRoot(network({ names })).model?.names).toEqual(expected);
});

test.each<[string, p.Code]>([
  ["an int", p.int(1)],
  ["a list with a dict", p.list(p.dict())],
  ["a dict with text keys", p.dict(["a", p.text("b")])],
  ["an empty list", p.list()],
  ["a call", p.reduce(p.global("os", "getcwd"))],
])("names that are %s are left out with a note", (_, names) => {
  const checkpoint = openRoot(network({ names }), { allowSuspicious: true });
  expect(checkpoint.model?.names).toBeUndefined();
  expect(checkpoint.notes).toMatchObject([{ code: "weights/attribute", severity: "note" }]);
});

test.each<[string, p.Code, readonly number[] | undefined]>([
  ["a list", p.list(p.float(8), p.int(16)), [8, 16]],
  ["a number", p.float(32), [32]],
  ["a tensor", tensor({ shape: [2], offset: 3, storageCount: 8 }), [3, 4]],
  ["a tensor whose storage is missing", tensor({ shape: [2], key: "9" }), undefined],
  ["text", p.text("8"), undefined],
])("stride may be %s", (_, stride, expected) => {
  const { model, notes } = openRoot(network({ stride }));
  expect(model?.stride).toEqual(expected);
  expect(notes.length).toBe(expected ? 0 : 1);
});

test("values in yaml that are no data become their description, with a note", () => {
  const checkpoint = openRoot(network({ yaml: p.dict(["activation", p.reduce(p.global("torch.nn", "SiLU"))]) }));
  expect(checkpoint.model?.yaml).toEqual(
    Object.assign(Object.create(null), { activation: "<an object torch.nn.SiLU>" }),
  );
  expect(checkpoint.notes).toMatchObject([{ code: "weights/attribute" }]);
});

test("torch's and NumPy's own kinds of data are data", () => {
  const size = p.reduce(p.global("torch", "Size"), p.tuple(p.int(3), p.int(4)));
  const device = p.reduce(p.global("torch", "device"), p.text("cuda"), p.int(0));
  const yaml = p.dict(
    ["size", size],
    ["device", device],
    ["cpu", p.reduce(p.global("torch", "device"), p.text("cpu"))],
    ["dtype", p.global("torch", "float16")],
    ["anchors", numpyArray([2, 1], "i2", [1, 0, 255, 255])],
    ["floats", numpyArray([1], "f4", [0, 0, 128, 63])],
    ["path", p.reduce(p.global("pathlib", "PosixPath"), p.text("a"), p.text("b"))],
    ["set", p.set(p.int(1))],
  );
  const { model, notes } = openRoot(network({ yaml }));
  expect({ ...(model?.yaml as object) }).toEqual({
    size: [3, 4],
    device: "cuda:0",
    cpu: "cpu",
    dtype: "torch.float16",
    anchors: [[1], [-1]],
    floats: [{ pyFloat: 1 }],
    path: "a/b",
    set: [1],
  });
  expect(notes).toEqual([]);
});

test("yaml_file may be a path", () => {
  const path = (name: string, ...parts: string[]) => p.reduce(p.global("pathlib", name), ...parts.map(p.text));
  expect(openRoot(network({ yaml_file: path("PosixPath", "/", "a", "b.yaml") })).model?.yamlFile).toBe("/a/b.yaml");
  expect(openRoot(network({ yaml_file: path("WindowsPath", "c:\\", "b.yaml") })).model?.yamlFile).toBe("c:\\b.yaml");
});

test("what a model does not say is not in its record", () => {
  const bare = network({ yaml: p.none, names: p.none, stride: p.none }, [{}]);
  const { model, notes } = openRoot(bare);
  expect(model).toStrictEqual({ className: "models.yolo.DetectionModel", batchNormEps: new Map() });
  expect(notes).toEqual([]);
});

test("a row has what it says, of the kinds that are expected", () => {
  const odd = { i: p.text("1"), f: p.list(p.int(1), p.text("x")), type: p.int(1), backbone: p.int(1) };
  expect(openRoot(network({}, [row(), { attributes: odd }, {}])).model?.layers).toStrictEqual([
    { index: 0, from: -1, type: "models.common.Conv" },
    {},
    {},
  ]);
});

test("modules that do nothing are told by their paths", () => {
  const identity: NewModule = { className: "torch.nn.modules.linear.Identity" };
  expect(openRoot(network({}, [row(), identity])).model?.identities).toEqual(["model.1"]);
  expect(openRoot(network({}, [row()])).model).not.toHaveProperty("identities");
});

test("a BatchNorm without eps has none", () => {
  const norm: NewModule = { className: "torch.nn.modules.batchnorm.BatchNorm2d", buffers: { running_mean: at(0) } };
  expect(openRoot(network({}, [norm])).model?.batchNormEps).toEqual(new Map());
});

test.each<[string, p.Code, string]>([
  ["text in a list", p.list(p.int(8), p.text("16")), "a list of 2"],
  ["a tensor whose storage is missing", tensor({ shape: [2], key: "9" }), "not readable (weights/storage"],
  ["a list of 65", p.list(...Array.from({ length: 65 }, () => p.int(8))), "a list of 65"],
  ["a tensor of 65", tensor({ shape: [65], strides: [0], storageCount: 8 }), "f32[65]"],
])("a stride that is %s is left out, and the note says what it is", (_, stride, found) => {
  const { model, notes } = openRoot(network({ stride }));
  expect(model?.stride).toBeUndefined();
  expect(notes[0]?.message).toContain(found);
});

test.each<[string, p.Code]>([
  ["a list", p.list(...Array.from({ length: 64 }, () => p.int(8)))],
  ["a tensor", tensor({ shape: [64], strides: [0], storageCount: 8 })],
])("a stride of 64 numbers is read from %s", (_, stride) => {
  expect(openRoot(network({ stride })).model?.stride).toHaveLength(64);
});

test("a yaml of arrays: numbers up to a size, else their description", () => {
  const bytes = (count: number) => numpyArray([count], "u1", new Array(count).fill(7));
  const yaml = p.dict(
    ["small", bytes(2)],
    ["large", bytes(100_000)],
    ["broken", numpyArray([3], "u1", [1])],
    [p.tuple(p.int(1)), p.int(2)],
  );
  const { model, notes } = openRoot(network({ yaml }));
  expect({ ...(model?.yaml as object) }).toEqual({
    small: [7, 7],
    large: "<an object numpy.core.multiarray._reconstruct>",
    broken: "<an object numpy.core.multiarray._reconstruct>",
    "<a tuple of 1>": 2,
  });
  expect(notes).toMatchObject([{ code: "weights/attribute" }]);
});

test("a yaml nested without an end is refused", () => {
  let yaml = p.int(1);
  for (let level = 0; level < 200; level++) yaml = level % 2 ? p.list(yaml) : p.dict(["a", yaml]);
  expect(codeOf(() => openRoot(network({ yaml })))).toBe("weights/limit");
  let lists = p.int(1);
  for (let level = 0; level < 140; level++) lists = p.list(lists);
  expect(codeOf(() => openRoot(network({ yaml: lists })))).toBe("weights/limit");
});
