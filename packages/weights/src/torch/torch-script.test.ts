import { expect, test } from "@jest/globals";
import { at, STORAGES } from "../testing/network.js";
import { codeOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { torchFile } from "../testing/torch-file.js";

const utf8 = new TextEncoder();
type Attributes = Readonly<Record<string, p.Code>>;

/** A module as TorchScript's own pickler writes it: attributes and children in one dict. */
function script(path: string, attributes: Attributes): p.Code {
  const dot = path.lastIndexOf(".");
  return p.build(p.newObject(p.global(path.slice(0, dot), path.slice(dot + 1))), p.dict(...Object.entries(attributes)));
}

const MODULES = "__torch__.torch.nn.modules";
const network = script("__torch__.models.yolo.___torch_mangle_7.DetectionModel", {
  training: p.bool(false),
  _is_full_backward_hook: p.none,
  model: script(`${MODULES}.container.Sequential`, {
    0: script(`${MODULES}.conv.Conv2d`, { weight: at(1), bias: p.none }),
    1: script(`${MODULES}.batchnorm.___torch_mangle_1.BatchNorm2d`, {
      weight: at(2),
      running_mean: at(3),
      cache: at(4),
    }),
    2: script(`${MODULES}.batchnorm.___torch_mangle_2.BatchNorm2d`, { weight: at(5) }),
  }),
  stride: at(6),
});

const CODE: Readonly<Record<string, string>> = {
  "models/yolo/___torch_mangle_7.py": "class DetectionModel(Module):\n  __parameters__ = []\n  __buffers__ = []\n",
  "torch/nn/modules/conv.py": 'class Conv2d(Module):\n  __parameters__ = ["weight", "bias", ]\n  __buffers__ = []\n',
  "torch/nn/modules/batchnorm/___torch_mangle_1.py": `class Other(Module):
  __parameters__ = ["cache", ]
class BatchNorm2d(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = ["running_mean", "running_var", ]
  def forward(self: x,
    y: Tensor) -> Tensor:
    input = torch.batch_norm(y, weight, bias, running_mean, running_var, False, 0.10000000000000001, 0.001, True)
    return input
`,
  "torch/nn/modules/batchnorm/___torch_mangle_2.py": `class BatchNorm2d(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  eps : Final[float] = 1.0000000000000001e-05
`,
};

function scriptFile(root: p.Code, code = CODE, config?: string): Uint8Array {
  const extra = Object.entries(code).map(([path, text]) => ({
    name: `net/code/__torch__/${path}`,
    bytes: utf8.encode(text),
    deflate: true,
  }));
  const constants = { name: "net/constants.pkl", bytes: p.pickle(p.tuple()) };
  const configs = config === undefined ? [] : [{ name: "net/extra/config.txt", bytes: utf8.encode(config) }];
  return torchFile({ root, storages: STORAGES, prefix: "net/", extra: [...extra, ...configs, constants] });
}

test("parameters and buffers are read, other tensors are not", () => {
  const checkpoint = open(scriptFile(network));
  expect(checkpoint.format).toBe("torchscript");
  expect([...checkpoint.tensors.keys()].map((name) => [name, valuesOf(checkpoint, name)[0]])).toEqual([
    ["model.0.weight", 1],
    ["model.1.weight", 2],
    ["model.1.running_mean", 3],
    ["model.2.weight", 5],
  ]);
  expect(checkpoint.model).toEqual({
    className: "models.yolo.DetectionModel",
    batchNormEps: new Map([
      ["model.1", 1e-3],
      ["model.2", 1e-5],
    ]),
  });
});

test("without code, all tensors are weights", () => {
  expect([...open(scriptFile(network, {})).tensors.keys()]).toContain("model.1.cache");
});

test.each([
  [
    '{"shape": [1], "stride": 32, "names": {"0": "cat", "1": "dog"}}',
    new Map([
      [0, "cat"],
      [1, "dog"],
    ]),
  ],
  ['{"names": ["cat"]}', new Map([[0, "cat"]])],
  ['{"names": {"x": "cat"}}', undefined],
  ['{"names": [1]}', undefined],
  ["stride 32", undefined],
  ["null", undefined],
])("names of an export: %s", (config, names) => {
  expect(open(scriptFile(network, CODE, config)).model?.names).toEqual(names);
});

test("a module that contains itself, and one that is no module, are refused", () => {
  const cycle = p.raw(p.newObject(p.global("__torch__", "M")), p.put(9), p.dict(["a", p.get(9)]), "b");
  expect(codeOf(() => open(scriptFile(cycle)))).toBe("weights/module");
  expect(codeOf(() => open(scriptFile(p.list(at(1)))))).toBe("weights/root");
  const odd = p.build(p.newObject(p.global("__torch__", "M")), p.dict([p.int(1), at(1)]));
  expect(codeOf(() => open(scriptFile(odd)))).toBe("weights/module");
});

test("2^40 modules end at a limit", () => {
  const nothing = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${index}`, p.none]));
  let root = p.raw(script("__torch__.M", nothing), p.put(0), "0");
  for (let level = 0; level < 40; level++)
    root = p.raw(root, script("__torch__.M", { a: p.get(level), b: p.get(level) }), p.put(level + 1), "0");
  expect(codeOf(() => open(scriptFile(p.raw(root, p.get(40)))))).toBe("weights/limit");
});

test("a command in its pickle is found", () => {
  expect(codeOf(() => open(scriptFile(p.reduce(p.global("os", "system")))))).toBe("weights/suspicious");
});

test("code of other classes, and what looks like code, says nothing of a class", () => {
  const odd = {
    ...CODE,
    "torch/nn/modules/batchnorm/___torch_mangle_2.py": `# class BatchNorm2d(Fake): "__parameters__" = ["cache", ]
class Other(Module):
  __parameters__ = ["cache", ]
  eps : Final[float] = 0.5
class BatchNorm2d(Module):
  __parameters__ = ["weight", ]
  text = "eps : Final[float] = 0.25"
  eps : Final[float] = 0.125 # not a number alone
`,
  };
  const { model, tensors } = open(scriptFile(network, odd));
  expect([...tensors.keys()]).toContain("model.2.weight");
  expect(model?.batchNormEps).toStrictEqual(new Map([["model.1", 1e-3]]));
});

test.each([
  ['{"names": {"10": "x"}}', new Map([[10, "x"]])],
  ['{"names": {"x1": "x"}}', undefined],
  ['{"names": {"1x": "x"}}', undefined],
  ['{"names": {"1234567890": "x"}}', undefined],
  ['{"names": {}}', undefined],
  [`{"names": ["${"x".repeat(2 ** 20)}"]}`, undefined],
])("keys of an export's names are numbers: %.40s", (config, names) => {
  expect(open(scriptFile(network, CODE, config)).model?.names).toEqual(names);
});

test("a damaged config.txt is damage of the archive", () => {
  const config = { name: "net/extra/config.txt", bytes: utf8.encode("{}"), crc32: 1 };
  const constants = { name: "net/constants.pkl", bytes: p.pickle(p.tuple()) };
  const bytes = torchFile({ root: network, storages: STORAGES, prefix: "net/", extra: [config, constants] });
  expect(codeOf(() => open(bytes))).toMatch(/^zip\//);
});

test("an archive with code and without constants is TorchScript, code of something else is not", () => {
  const withCode = (name: string) =>
    torchFile({ root: network, storages: STORAGES, prefix: "net/", extra: [{ name, bytes: utf8.encode("") }] });
  expect(open(withCode("net/code/a.py")).format).toBe("torchscript");
  expect(codeOf(() => open(withCode("other/code/a.py")))).toBe("weights/root");
});
