import { expect, test } from "@jest/globals";
import { legacyFile } from "./testing/legacy-file.js";
import { at, network, STORAGES } from "./testing/network.js";
import { codeOf, errorOf, open, valuesOf } from "./testing/outcome.js";
import * as p from "./testing/pickle-writer.js";
import { tarOf, torchTarParts } from "./testing/tar-file.js";
import { nnModule, parameter, tensor, torchFile } from "./testing/torch-file.js";
import { zipOf } from "./testing/zip-writer.js";

const openRoot = (root: p.Code) => open(torchFile({ root, storages: STORAGES }));

/** Each level holds the one below twice: 2^levels values once they are walked, 5 opcodes a level in the file. */
function doubled(levels: number, bottom: p.Code, join: (one: p.Code) => p.Code): p.Code {
  let code = p.raw(bottom, p.put(0), "0");
  for (let level = 0; level < levels; level++) code = p.raw(code, join(p.get(level)), p.put(level + 1), "0");
  return p.raw(code, p.get(levels));
}

const pair = (one: p.Code) => p.tuple(one, one);
const dictOfTwo = (one: p.Code) => p.dict(["a", one], ["b", one]);
const moduleOfTwo = (one: p.Code) => nnModule({ modules: { a: one, b: one } });

test.each<[string, p.Code]>([
  ["a yaml of 2^40 lists", network({ yaml: doubled(40, p.int(1), pair) })],
  ["a yaml of 2^40 dicts", network({ yaml: doubled(40, p.int(1), dictOfTwo) })],
  ["2^40 modules", doubled(40, nnModule({ parameters: { w: parameter(at(1)) } }), moduleOfTwo)],
  ["2^40 modules without weights", doubled(40, nnModule({}), moduleOfTwo)],
  ["a yaml nested 1000 deep", network({ yaml: p.raw("]".repeat(1000), "a".repeat(999)) })],
  [
    "modules nested 200 deep",
    Array.from({ length: 200 }).reduce<p.Code>((inner) => nnModule({ modules: { a: inner } }), nnModule({})),
  ],
  [
    "a yaml that repeats a long string",
    network({ yaml: p.list(p.raw(p.text("x".repeat(100_000)), p.put(0)), ...new Array(999).fill(p.get(0))) }),
  ],
  [
    "a yaml whose keys repeat a long string",
    network({
      yaml: p.list(p.raw(p.text("x".repeat(100_000)), p.put(0)), ...new Array(999).fill(p.raw("}", p.get(0), "Ns"))),
    }),
  ],
  [
    "weights whose names grow with every level",
    Array.from({ length: 20 }).reduce<p.Code>(
      (inner) => nnModule({ modules: { ["n".repeat(100)]: inner } }),
      nnModule({ parameters: { w: parameter(at(1)) } }),
    ),
  ],
  ["a yaml that contains itself", network({ yaml: p.raw("]", p.put(0), p.get(0), "a") })],
])("%s end at a limit", (_, root) => {
  expect(codeOf(() => openRoot(root))).toBe("weights/limit");
});

test("a root that contains itself is no root", () => {
  expect(codeOf(() => openRoot(p.raw("}", p.put(0), p.text("model"), p.get(0), "s")))).toBe("weights/root");
});

test("wrappers that contain themselves end at a limit", () => {
  const state = p.dict(["_parameters", p.dict()], ["_modules", p.dict(["module", p.get(0)])]);
  expect(codeOf(() => openRoot(p.raw(p.newObject(p.global("a", "B")), p.put(0), state, "b")))).toBe("weights/limit");
});

test("a million weights that share one storage end at a limit", () => {
  const names = Array.from({ length: 50_000 }, (_, index) => [String(index), p.get(0)] as const);
  const shared = p.raw(at(1), p.put(0), "0", p.orderedDict(...names));
  expect(openRoot(shared).tensors.size).toBe(50_000);
  const modules = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [String(index), p.get(1)]));
  const root = p.raw(
    at(1),
    p.put(0),
    "0",
    nnModule({ parameters: Object.fromEntries(names) }),
    p.put(1),
    "0",
    nnModule({ modules }),
  );
  expect(codeOf(() => openRoot(root))).toBe("weights/limit");
});

test.each<[string, string]>([
  ["leaves the archive", "archive/../../etc/cron.d/x"],
  ["is absolute", "/etc/passwd"],
  ["is a drive", "C:/windows"],
])("an entry name that %s refuses the file", (_, name) => {
  const extra = [{ name, bytes: new Uint8Array(4) }];
  expect(codeOf(() => open(torchFile({ root: network(), storages: STORAGES, extra })))).toBe("zip/name");
});

test("a pickle that claims to be a gigabyte is refused before it is inflated", () => {
  const bomb = { name: "archive/data.pkl", bytes: p.pickle(p.none), deflate: true, zip64: true, sizeBytes: 2 ** 30 };
  expect(codeOf(() => open(zipOf([bomb], { zip64: true })))).toBe("pickle/limit");
});

test("a deflated storage of zeros is refused by its ratio when it is read", () => {
  const root = p.dict(["w", tensor({ shape: [2 ** 20] })]);
  const bytes = torchFile({ root, storages: { 0: new Float32Array(2 ** 20) }, deflate: true });
  expect(codeOf(() => open(bytes).tensors.get("w")?.read())).toBe("zip/bomb");
});

test("a pickle that is over after its first byte, and one that is no pickle", () => {
  const fileOf = (...bytes: readonly number[]) => torchFile({ root: Uint8Array.from(bytes), storages: STORAGES });
  expect(codeOf(() => open(fileOf()))).toBe("pickle/malformed");
  expect(codeOf(() => open(fileOf(0x80)))).toBe("pickle/malformed");
  expect(codeOf(() => open(fileOf(0x3c, 0x68)))).toBe("pickle/opcode");
});

const system = p.reduce(p.global("posix", "system"), p.text("touch /tmp/owned"));
const withCommand = p.dict(["state_dict", p.orderedDict(["w", at(3)])], ["hook", system]);
const inZip = torchFile({ root: withCommand, storages: STORAGES });
const inLegacy = legacyFile({ root: withCommand, storages: [["0", STORAGES[0]]] });
const inTar = tarOf(
  torchTarParts({
    root: p.dict(["state_dict", p.orderedDict(["w", p.persistent(p.text("10"))])], ["hook", system]),
    storages: [[1, "FloatStorage", Float32Array.of(3)]],
    tensors: [{ address: 10, storage: 1, shape: [1], strides: [1] }],
  }),
);

test.each([
  ["zip", inZip],
  ["legacy stream", inLegacy],
  ["tar", inTar],
])("a command in a %s is refused; allowed, it stays a record beside the weights", (_, bytes) => {
  const { diagnostic } = errorOf(() => open(bytes));
  expect(diagnostic.code).toBe("weights/suspicious");
  expect(diagnostic.message).toContain("posix.system");
  expect(valuesOf(open(bytes, { allowSuspicious: true }), "w")).toEqual([3]);
});

test.each<[string, p.Code, string]>([
  ["two million memo entries", p.raw("N", new Array(2_000_001).fill(0x94)), "memo entries"],
  ["a value doubled without end", p.raw("N", new Array(1_000_001).fill(0x32)), "values on the stack"],
  ["a million marks", new Array(1_000_001).fill(0x28), "marks"],
  ["a million values for one tuple", p.raw("(", new Array(1_000_001).fill(0x4e), "t"), "values on the stack"],
])("%s end at a limit of the pickle", (_, root, what) => {
  const { diagnostic } = errorOf(() => openRoot(root));
  expect(diagnostic.code).toBe("pickle/limit");
  expect(diagnostic.message).toContain(what);
});

test("a memo index of four billion costs one entry", () => {
  const far = p.raw(at(1), p.put(2 ** 32 - 1), "0", p.dict(["w", p.get(2 ** 32 - 1)]));
  expect(valuesOf(openRoot(far), "w")).toEqual([1]);
});

test("a key that a dict is given twice has its last value, as in Python", () => {
  const checkpoint = openRoot(p.raw(p.dict(["w", at(1)], ["v", at(2)]), p.text("w"), at(3), "s"));
  expect([...checkpoint.tensors.keys()]).toEqual(["w", "v"]);
  expect(valuesOf(checkpoint, "w")).toEqual([3]);
});

test("keys that are equal but for their wrapper are two weights of one name", () => {
  const root = p.dict(["module.w", at(1)], ["module.module.w", at(2)]);
  expect([...openRoot(root).tensors.keys()]).toEqual(["w", "module.w"]);
});
