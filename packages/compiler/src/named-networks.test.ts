import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource, type LazyTensor, tensorOf } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { type Checkpoint, openCheckpoint } from "@yolo-compile/weights";
import { compileGraphs, findNetwork, type LoadOptions, loadNetwork } from "./compile-graphs.js";
import { matchWeights } from "./match-weights.js";
import { namedYaml, networkNames } from "./named-networks.js";
import { randomWeights } from "./random-weights.js";
import { readClassNames } from "./set-classes.js";

const SIZE = [64, 64] as const;

/** The weights of a named network, as a state_dict has them: all that a training saves, and nothing else. */
function stateDict(name: string, options: LoadOptions = {}, rename = (entry: string) => entry): Checkpoint {
  const network = loadNetwork(namedYaml(name), undefined, options);
  const { checkpoint, traced } = randomWeights(network, 1, { size: SIZE });
  const fallbacks = [...traced.trace.expected.values()].flatMap(({ name: entry, fallback }): [string, LazyTensor][] =>
    fallback ? [[entry, { ...fallback, read: () => fallback }]] : [],
  );
  const tensors = [...checkpoint.tensors, ...fallbacks].map(([entry, tensor]) => [rename(entry), tensor] as const);
  return { ...checkpoint, name: "weights.pt", tensors: new Map(tensors) };
}

test.each([
  ["yolov5n", 80],
  ["yolov5n", 7],
  ["yolov5n6", 3],
  ["yolov5n-seg", 2],
  ["yolov5n-cls", 10],
  ["yolov5s", 1],
  ["yolov8n", 80],
  ["yolov8n-seg", 2],
  ["yolov8n-cls", 4],
  ["yolo11n", 5],
  ["yolo11m", 3],
  ["yolo11n-obb", 15],
])("weights of %s with %i classes say what they look like", (name, nc) => {
  for (const rename of [(entry: string) => entry, (entry: string) => entry.replace(/^model\./, "")]) {
    const { network, notes } = findNetwork(undefined, stateDict(name, { nc }, rename));
    expect([network.config.name, network.config.nc]).toEqual([name, nc]);
    expect(notes.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `compile/looks-like: weights.pt carries no yaml of its own; it looks like ${name}, ${nc} class${nc === 1 ? "" : "es"}, and is compiled so`,
    ]);
  }
});

test("such weights compile, with a note", () => {
  const { names, notes, outputs } = compileGraphs({
    checkpoint: stateDict("yolov5n-cls", { nc: 3 }),
    names: ["cat", "dog", "owl"],
    size: SIZE,
    batch: 1,
    passes: "full",
  });
  expect(names).toEqual(["cat", "dog", "owl"]);
  expect(outputs.map(({ parts }) => parts)).toEqual([[{ name: "classes", kind: "logit", count: 3 }]]);
  expect(notes.map(({ code }) => code)).toContain("compile/looks-like");
});

test("weights of no named network need a yaml, even if a glance says otherwise", () => {
  const { tensors, ...rest } = stateDict("yolov5n");
  const other = new Map([...tensors].map(([name, tensor]) => [name.replace("model.2.", "model.2.inner."), tensor]));
  expect(() => loadNetwork(undefined, { ...rest, tensors: other })).toThrow(
    "compile/no-yaml: weights.pt (random) carries no yaml of its own - give the yaml first, these are weights of YOLOv5",
  );
});

test("a classifier's head has torch's eps, the rest YOLOv5's", () => {
  const { plain } = compileGraphs({
    checkpoint: stateDict("yolov5n-cls", { nc: 2 }),
    size: SIZE,
    batch: 1,
    passes: "none",
  });
  const eps = plain.nodes.flatMap(({ op, attributes, origin }) =>
    op === "BatchNormalization" ? [[origin.path, attributes.epsilon] as const] : [],
  );
  expect(eps.filter(([, each]) => each !== Math.fround(1e-3))).toEqual([["model.9.conv.bn", Math.fround(1e-5)]]);
});

test("a built-in yaml takes the classes of the weights; one of the user's takes those that a checkpoint records", () => {
  const weights = stateDict("yolov5n", { nc: 5 });
  const built = findNetwork(namedYaml("yolov5n.yaml"), weights);
  expect(built.network.config.nc).toBe(5);
  expect(built.notes.map(({ message }) => message)).toEqual([
    "weights.pt has 5 classes, yolov5n.yaml says 80: 5 are taken",
  ]);
  const own = { file: "mine.yaml", text: namedYaml("yolov5n")!.text };
  expect(findNetwork(own, weights).network.config.nc).toBe(80);
  const shapes = openCheckpoint(
    bytesSource("shapes.pt", new Uint8Array(readFileSync(fixturePath("shapes/shapes.pt")))),
  );
  const text = readFileSync(fixturePath("shapes/shapes.yaml"), "utf8").replace(/nc: \d+/, "nc: 80");
  expect(findNetwork({ file: "shapes.yaml", text }, shapes).network.config.nc).toBe(6);
  expect(findNetwork({ file: "shapes.yaml", text }, shapes, { nc: 3 }).network.config.nc).toBe(3);
});

test("weights with another head are told so, not by a number of classes", () => {
  const suggestion = (yaml: string, weights: string, nc = 80) =>
    matchWeights(loadNetwork({ ...namedYaml(yaml)!, file: "mine.yaml" }, undefined), stateDict(weights, { nc }), {
      size: SIZE,
    }).suggestion;
  expect(suggestion("yolov5n", "yolov5n-seg")).toContain(
    "these weights have the head Segment, the yaml ends in Detect",
  );
  expect(suggestion("yolov5n-seg", "yolov5n")).toContain(
    "these weights have the head Detect, the yaml ends in Segment",
  );
  expect(suggestion("yolov5n", "yolov5n-cls")).toContain("these weights have the head Classify");
  expect(suggestion("yolov5n", "yolov5n", 12)).toBe("the yaml would fit with nc: 12");
  expect(suggestion("yolov5n-seg", "yolov5n-seg", 12)).toBe("the yaml would fit with nc: 12");
});

test("a change that would leave weights over is not suggested", () => {
  const { tensors, ...rest } = stateDict("yolov5n", { nc: 12 });
  const more = new Map([
    ...tensors,
    ["model.25.weight", { dtype: "f32", shape: [1], read: () => tensorOf("f32", [1], [0]) } as const],
  ]);
  const network = loadNetwork({ ...namedYaml("yolov5n")!, file: "mine.yaml" }, undefined);
  expect(matchWeights(network, { ...rest, tensors: more }, { size: SIZE }).suggestion).toBeUndefined();
});

test("names are a list or a mapping, and as many as classes", () => {
  const read = (text: string) => readClassNames({ file: "data.yaml", text });
  expect(read("nc: 2\nnames: [a, 'b c']")).toEqual(["a", "b c"]);
  expect(read("names:\n  0: a\n  1: 7\n")).toEqual(["a", "7"]);
  for (const text of ["nc: 2", "names: []", "names: {1: a}", "names: [[a]]", "names: 3"])
    expect(() => read(text)).toThrow("compile/names: data.yaml has no class names");
  const request = { checkpoint: stateDict("yolov5n-cls", { nc: 3 }), size: SIZE, batch: 1, passes: "none" } as const;
  expect(() => compileGraphs({ ...request, nc: 3, names: ["a"] })).toThrow(
    "compile/names: 1 class names are given, yolov5n-cls has 3 classes",
  );
});

test("names are listed, each with a yaml", () => {
  expect(networkNames()).toContain("yolov5x6");
  for (const name of networkNames()) expect(namedYaml(`${name}.yaml`)?.file).toBe(`${name}.yaml`);
  expect(namedYaml("yolov5")).toBeUndefined();
});
