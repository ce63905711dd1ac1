import { expect, test } from "@jest/globals";
import type { OpenOptions } from "../format.js";
import { at, conv, NAMES, network, row, STORAGES } from "../testing/network.js";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { type NewModule, nnModule, parameter, torchFile } from "../testing/torch-file.js";

const openRoot = (root: p.Code, options?: OpenOptions) => open(torchFile({ root, storages: STORAGES }), options);
const notesOf = (root: p.Code) => openRoot(root).notes.map(({ code }) => code);

test("a pickled model gives its state_dict, in its order", () => {
  const checkpoint = openRoot(p.dict(["model", network()]));
  expect([...checkpoint.tensors.keys()]).toEqual(NAMES);
  expect(NAMES.map((name) => valuesOf(checkpoint, name)[0])).toEqual([1, 2, 3, 4, 5, 0]);
  expect(checkpoint).toMatchObject({ name: "test.pt", format: "torch-zip", notes: [] });
});

test("a model alone, and state as (__dict__, None), are read too", () => {
  expect([...openRoot(network()).tensors.keys()]).toEqual(NAMES);
  expect([...openRoot(network({}, [{ ...row(), slots: true }])).tensors.keys()]).toEqual(NAMES);
});

test("ema wins over model, and says so", () => {
  const root = p.dict(["epoch", p.int(3)], ["model", network()], ["ema", network({}, [row({ f: p.int(7) })])]);
  const checkpoint = openRoot(root);
  expect(checkpoint.model).toMatchObject({ entry: "ema", epoch: 3, layers: [{ from: 7 }] });
  expect(checkpoint.notes[0]?.message).toBe("weights come from ema; model also present and not used");
  expect(openRoot(root, { entry: "model" }).model).toMatchObject({ entry: "model", layers: [{ from: -1 }] });
});

test("an ema of None does not win; one inside of ModelEMA is found", () => {
  expect(openRoot(p.dict(["ema", p.none], ["model", network()])).model?.entry).toBe("model");
  const modelEma = p.build(
    p.newObject(p.global("utils.torch_utils", "ModelEMA")),
    p.dict(["ema", network()], ["updates", p.int(9)]),
  );
  const checkpoint = openRoot(p.dict(["ema", modelEma]));
  expect([...checkpoint.tensors.keys()]).toEqual(NAMES);
});

test.each<[string, p.Code]>([
  ["alone", p.orderedDict(["a.weight", at(1)], ["a.bias", at(2)])],
  ["as a plain dict", p.dict(["a.weight", at(1)], ["a.bias", at(2)])],
  ["under state_dict", p.dict(["state_dict", p.orderedDict(["a.weight", at(1)], ["a.bias", at(2)])])],
  ["under model", p.dict(["model", p.orderedDict(["a.weight", at(1)], ["a.bias", at(2)])], ["optimizer", p.dict()])],
  ["behind module.", p.orderedDict(["module.a.weight", at(1)], ["module.a.bias", at(2)])],
  ["behind _orig_mod.module.", p.orderedDict(["_orig_mod.module.a.weight", at(1)], ["_orig_mod.module.a.bias", at(2)])],
  ["of Parameters", p.orderedDict(["a.weight", parameter(at(1))], ["a.bias", parameter(at(2))])],
  [
    "with _metadata",
    p.build(p.orderedDict(["a.weight", at(1)], ["a.bias", at(2)]), p.dict(["_metadata", p.orderedDict()])),
  ],
])("a state_dict %s", (_, root) => {
  const checkpoint = openRoot(root);
  expect([...checkpoint.tensors.keys()].map((name) => [name, valuesOf(checkpoint, name)])).toEqual([
    ["a.weight", [1]],
    ["a.bias", [2]],
  ]);
});

test("model. is part of the names, as YOLOv5 itself has it", () => {
  expect([...openRoot(p.orderedDict(["model.0.w", at(1)], ["model.1.w", at(2)])).tensors.keys()]).toEqual([
    "model.0.w",
    "model.1.w",
  ]);
});

test("a prefix that one name lacks is no wrapper", () => {
  const names = ["module.a", "b"];
  expect([...openRoot(p.orderedDict(...names.map((name) => [name, at(1)] as const))).tensors.keys()]).toEqual(names);
});

test("DataParallel around a model is taken off", () => {
  const root = nnModule({ className: "torch.nn.parallel.data_parallel.DataParallel", modules: { module: network() } });
  const checkpoint = openRoot(root);
  expect([...checkpoint.tensors.keys()]).toEqual(NAMES);
  expect(checkpoint.model?.className).toBe("models.yolo.DetectionModel");
  expect(checkpoint.notes.map(({ code }) => code)).toEqual(["weights/prefix"]);
});

test("buffers that are not persistent are left out, a shared module has all its names", () => {
  const transient: NewModule = { buffers: { grid: at(1), anchors: at(2) }, transient: ["grid"] };
  const shared = p.raw(nnModule(transient), p.put(900));
  const root = nnModule({ modules: { a: shared, b: p.get(900) } });
  expect([...openRoot(root).tensors.keys()]).toEqual(["a.anchors", "b.anchors"]);
});

test("stale caches of attention biases are noted, not listed", () => {
  const root = nnModule({
    modules: { attn: nnModule({ parameters: { attention_biases: parameter(at(1)) }, attributes: { ab: at(2) } }) },
  });
  const checkpoint = openRoot(root);
  expect([...checkpoint.tensors.keys()]).toEqual(["attn.attention_biases"]);
  expect(checkpoint.notes).toMatchObject([{ code: "weights/stale-cache", details: ["attn.ab"] }]);
});

test("entries of a state_dict that are no tensors are noted", () => {
  expect(notesOf(p.orderedDict(["a", at(1)], ["b", p.none], ["c._extra_state", p.dict()]))).toEqual([
    "weights/ignored",
  ]);
});

test("keys with the names of object prototypes are weights like any other", () => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];
  const checkpoint = openRoot(p.orderedDict(...names.map((name) => [name, at(3)] as const)));
  expect([...checkpoint.tensors.keys()]).toEqual(names);
  expect(valuesOf(checkpoint, "__proto__")).toEqual([3]);
  const { model } = openRoot(
    network({ yaml: p.dict(["__proto__", p.dict(["polluted", p.int(1)])], ["constructor", p.int(2)]) }),
  );
  expect(Object.keys(model?.yaml ?? {})).toEqual(["__proto__", "constructor"]);
  expect("polluted" in {}).toBe(false);
  const child = nnModule({ modules: Object.fromEntries([["__proto__", nnModule(conv)]]) });
  expect([...openRoot(child).tensors.keys()]).toEqual(["__proto__.weight"]);
});

test.each<[string, p.Code]>([
  ["an int", p.int(1)],
  ["an empty dict", p.dict()],
  ["a list of tensors", p.list(at(1))],
  ["a dict of numbers", p.dict(["a", p.int(1)])],
  ["a model of None", p.dict(["model", p.none], ["ema", p.none])],
  ["a class", p.global("models.yolo", "Model")],
  ["one tensor", at(1)],
  ["names that are ints", p.dict([p.int(1), at(1)])],
])("a root that is %s is an error, never zero weights", (_, root) => {
  expect(codeOf(() => openRoot(root))).toBe("weights/root");
});

test("a root that is not understood is described", () => {
  const root = p.dict(["weights_of_mine", p.list(p.int(1))], ["epoch", p.int(7)]);
  expect(errorOf(() => openRoot(root)).message).toMatchInlineSnapshot(`
"weights/root: test.pt holds a dict of 2, and no weights were found in it - expected a pickled model, a state_dict, or a dict with one of them under ema, model, state_dict or model_state_dict
  weights_of_mine: a list of 1
  epoch: the int 7"
`);
});

test("an entry that was asked for and is not there is an error with the ones that are", () => {
  const { diagnostic } = errorOf(() =>
    openRoot(p.dict(["model", network()], ["epoch", p.int(1)]), { entry: "teacher" }),
  );
  expect(diagnostic).toMatchObject({ code: "weights/entry", hint: "the file has model, epoch" });
});

test("a module that contains itself is refused", () => {
  const state = p.dict(["_parameters", p.dict()], ["_modules", p.dict(["a", p.get(900)])]);
  const cycle = p.raw(p.newObject(p.global("a", "B")), p.put(900), state, "b");
  expect(errorOf(() => openRoot(cycle)).diagnostic).toMatchObject({ code: "weights/module", where: "a.a" });
});

test.each<[string, string, NewModule]>([
  ["an int for a module", "weights/module", { modules: { a: p.int(1) } }],
  ["an int for a parameter", "weights/tensor", { parameters: { a: p.int(1) } }],
  ["two weights of one name", "weights/duplicate", { parameters: { a: parameter(at(1)) }, buffers: { a: at(2) } }],
])("a module with %s is refused", (_, code, module) => {
  expect(codeOf(() => openRoot(nnModule(module)))).toBe(code);
});

test("a state_dict alone says nothing of a model, and nothing is noted", () => {
  const checkpoint = openRoot(p.orderedDict(["a", at(1)]));
  expect(checkpoint.model).toBeUndefined();
  expect(checkpoint.notes).toEqual([]);
});

test("a state_dict in a dict says which, and what the dict says of the training", () => {
  const root = p.dict(["state_dict", p.orderedDict(["a", at(1)])], ["date", p.int(2024)], ["epoch", p.text("9")]);
  const { model, notes } = openRoot(root);
  expect(model).toStrictEqual({ entry: "state_dict" });
  expect(notes).toEqual([]);
});

test.each<[string, NewModule]>([
  ["a child beside it", { modules: { module: network(), other: nnModule(conv) } }],
  ["a weight of its own", { modules: { module: network() }, parameters: { scale: parameter(at(1)) } }],
  ["another name", { modules: { inner: network() } }],
])("a module around a model that has %s is no wrapper", (_, module) => {
  const checkpoint = openRoot(nnModule(module));
  expect([...checkpoint.tensors.keys()]).not.toContain(NAMES[0]);
  expect(checkpoint.notes).toEqual([]);
});

test("wrappers around wrappers without an end are refused", () => {
  let root = network();
  for (let level = 0; level < 200; level++) root = nnModule({ modules: { module: root } });
  expect(codeOf(() => openRoot(root))).toBe("weights/limit");
});

test.each<[string, string, p.Code]>([
  [
    "no parameters",
    "weights/root",
    p.build(p.newObject(p.global("a", "B")), p.dict(["_modules", p.dict(["w", nnModule(conv)])])),
  ],
  [
    "no modules",
    "weights/root",
    p.build(p.newObject(p.global("a", "B")), p.dict(["_parameters", p.dict(["w", parameter(at(1))])])),
  ],
  [
    "buffers that are a number",
    "weights/module",
    p.build(
      p.newObject(p.global("a", "B")),
      p.dict(["_modules", p.dict()], ["_parameters", p.dict()], ["_buffers", p.int(1)]),
    ),
  ],
  [
    "a part that is named by a number",
    "weights/module",
    p.build(
      p.newObject(p.global("a", "B")),
      p.dict(["_modules", p.dict([p.int(1), nnModule(conv)])], ["_parameters", p.dict()]),
    ),
  ],
  ["no module inside its wrapper", "weights/module", nnModule({ modules: { module: p.int(1) } })],
  ["an object without state", "weights/root", p.newObject(p.global("a", "B"))],
])("an object with %s is refused", (_, code, root) => {
  expect(codeOf(() => openRoot(root))).toBe(code);
});

test("a cache of the model itself is noted by its name", () => {
  const root = nnModule({ parameters: { attention_biases: parameter(at(1)) }, attributes: { ab: at(2) } });
  expect(openRoot(root).notes).toMatchObject([{ code: "weights/stale-cache", details: ["ab"] }]);
});

test("what is no tensor is noted by its name; of other kinds than None and _extra_state it is no state_dict", () => {
  const { tensors, notes } = openRoot(p.orderedDict(["a", at(1)], ["b", p.none], ["c._extra_state", p.dict()]));
  expect([...tensors.keys()]).toEqual(["a"]);
  expect(notes).toMatchObject([{ code: "weights/ignored", details: ["b", "c._extra_state"] }]);
  expect(codeOf(() => openRoot(p.orderedDict(["a", at(1)], ["b", p.int(1)])))).toBe("weights/root");
});

test("the first entries of a dict that is not understood are listed, the rest counted", () => {
  const numbered = (count: number) =>
    p.dict(...Array.from({ length: count }, (_, index) => [`k${index}`, p.int(1)] as const));
  const detailsOf = (root: p.Code) => errorOf(() => openRoot(root)).diagnostic.details;
  expect(detailsOf(numbered(20))).toHaveLength(20);
  expect(detailsOf(numbered(23))).toHaveLength(21);
  expect(detailsOf(numbered(23))?.at(-1)).toBe("and 3 more");
  expect(detailsOf(p.dict(["x".repeat(500), p.int(1)], [p.int(7), p.int(8)]))).toEqual([
    `${"x".repeat(80)}: the int 1`,
    "the int 7: the int 8",
  ]);
  expect(detailsOf(p.int(1)) ?? []).toEqual([]);
});

test("an entry that was asked for in something else is an error that says what it is", () => {
  const hintOf = (root: p.Code) => errorOf(() => openRoot(root, { entry: "ema" })).diagnostic.hint;
  expect(hintOf(p.list(at(1)))).toBe("the file has a list of 1");
  expect(hintOf(p.dict([p.int(7), p.int(8)]))).toBe("the file has the int 7");
});
