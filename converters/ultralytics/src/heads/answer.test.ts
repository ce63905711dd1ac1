import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { graphOf, parseYaml, planNetwork, traceNetwork, type WeightSource } from "@yolo-compile/network";
import { readConfig } from "../config.js";
import { ULTRALYTICS_MODULES } from "../modules/index.js";

const YAML = `nc: 2
end2end: True
reg_max: 1
backbone:
  - [-1, 1, Conv, [8, 3, 8]]
head:
  - [[0], 1, Detect, [nc]]
`;
const NETWORK = planNetwork(readConfig(parseYaml(YAML, "m"), "m"), ULTRALYTICS_MODULES);

/** Weights of which the head's branches begin with the prefixes. */
const weightsWith = (...prefixes: readonly string[]): WeightSource => {
  const weight = tensorOf("f32", [1], [1]);
  const names = prefixes.map((prefix) => `model.1.${prefix}cv2.0.2.weight`);
  return {
    get: (name) => (names.includes(name) ? { ...weight, read: () => weight } : undefined),
    batchNormEps: () => undefined,
  };
};

const answer = (weights: WeightSource, end2end?: boolean) => {
  const network = { ...NETWORK, ...(end2end !== undefined && { end2end }) };
  const { trace } = traceNetwork(network, { size: [64, 64], weights });
  return [trace.end2end, trace.notes.map(({ message }) => message.replace(/^.*; /, ""))];
};

test("both heads are there: the first answers, or the one that is asked for", () => {
  const both = weightsWith("", "one2one_");
  expect(answer(both)).toEqual([false, ["--end2end takes the other"]]);
  expect(answer(both, false)).toEqual([false, ["--end2end takes the other"]]);
  expect(answer(both, true)).toEqual([true, ["as --end2end asks"]]);
});

test("the one that fuse() left answers, and the other cannot be asked for", () => {
  expect(answer(weightsWith("one2one_"))).toEqual([true, ["the only one that is left"]]);
  expect(() => answer(weightsWith("one2one_"), false)).toThrow(
    "ultralytics/head: the weights hold the head without suppression alone, as fuse() left it - leave --no-end2end out",
  );
  expect(answer(weightsWith(""))).toEqual([false, []]);
  expect(() => answer(weightsWith(""), true)).toThrow("network/end2end");
});

test("three hundred boxes are chosen, or as many as there are", () => {
  const shape = (size: number) => {
    const traced = traceNetwork({ ...NETWORK, end2end: true }, { size: [size, size], batch: 2 });
    return graphOf(traced).graph.outputs[0]!.value.type.shape;
  };
  expect(shape(160)).toEqual([2, 300, 6]);
  expect(shape(64)).toEqual([2, 64, 6]);
});
