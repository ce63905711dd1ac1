import { expect, test } from "@jest/globals";
import { subtractSizes, tensorOf } from "@yolo-compile/core";
import { defineModule, moduleTable, planUnchanged } from "./definition.js";
import { graphOf, planNetwork, traceNetwork } from "./network.js";
import { conv2d, convTranspose2d, upsample } from "./nn.js";
import { plainConfig } from "./plain-config.js";
import { formatSummary, summarizeNetwork } from "./summary.js";
import { Trace } from "./trace.js";
import type { TraceOptions } from "./trace-options.js";

const IMAGE = { name: "t", imageShape: [1, 3, 8, 8] } as const;
const traceOf = (options: Partial<TraceOptions> = {}) => new Trace({ ...IMAGE, ...options });
const weight = tensorOf("f32", [2], [1, 2]);

test("what inference does not use is counted, but neither needed nor extra", () => {
  const trace = traceOf({
    weights: {
      get: (name) => (name === "m.b.weight" ? { ...weight, read: () => weight } : undefined),
      batchNormEps: () => undefined,
    },
  });
  const root = trace.root("m");
  conv2d(root.child("a"), trace.image, 2);
  root.unused("it sleeps", () => {
    conv2d(root.child("b"), trace.image, 2);
  });
  expect([...trace.expected.keys()]).toEqual(["m.a.weight", "m.a.bias"]);
  expect([...trace.ignored]).toEqual([["m.b.weight", "it sleeps"]]);
  expect([trace.modules, trace.parameters]).toEqual([3, 16]);
});

test("a frozen parameter has no gradient and a value of its own", () => {
  const trace = traceOf();
  const scope = trace.root("m");
  expect(scope.frozen("bins", weight).constant?.read()).toEqual(weight);
  scope.parameter("w", [3]);
  expect([trace.parameters, trace.frozen, trace.expected.get("m.bins")?.fallback]).toEqual([5, 2, weight]);
});

test("a copy shares its modules with nothing else", () => {
  const trace = traceOf();
  const root = trace.root("m");
  root.child("a").sharedChild("act", "one");
  root.copied(() => {
    root.child("b").sharedChild("act", "one");
    root.child("c").sharedChild("act", "one");
  });
  root.child("d").sharedChild("act", "one");
  expect(trace.modules).toBe(1 + 4 + 2);
});

test("thop 2 counts a transposed convolution by what it takes, and no interpolation", () => {
  const macs = (options: Partial<TraceOptions>) => {
    const trace = traceOf(options);
    const scope = trace.root("m");
    convTranspose2d(scope, trace.image, 2, { k: 3, s: 2, bias: false });
    const convolved = trace.macs;
    upsample(scope, trace.image, [2, 2], "nearest");
    return [convolved, subtractSizes(trace.macs, convolved)];
  };
  expect(macs({})).toEqual([2 * 17 * 17 * 3 * 9, 3 * 16 * 16]);
  expect(macs({ profiler: "thop 2" })).toEqual([3 * 8 * 8 * 2 * 9, 0]);
});

/** Its second output sleeps; with `end2end` it says so. */
const head = defineModule({
  type: "own.Head",
  signature: ["nc"],
  plan: (context) => ({ ...planUnchanged(context), printed: ["hidden", ...context.args] }),
  outputs: (_, scope) => [
    { axis: 1, parts: [{ name: scope.trace.end2end ? "score" : "classes", kind: "probability", count: 3 }] },
  ],
  build: (scope, x) => {
    scope.trace.end2end = scope.trace.options.end2end ?? false;
    scope.op("Neg", [x]);
    return scope.op("Sigmoid", [x]);
  },
});

const networkOf = (rows: readonly string[], rules: Parameters<typeof plainConfig>[1] = {}) =>
  planNetwork(plainConfig(rows, rules), moduleTable({ Head: head }));

test("a layout may depend on the head that answers, and nodes that nobody needs are left out", () => {
  const network = networkOf(["[-1, 1, Head, [3]]"]);
  const { graph, outputs } = graphOf(traceNetwork(network, { size: [8, 8] }));
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Sigmoid"]);
  expect(outputs[0]!.parts[0]!.name).toBe("classes");
  const other = graphOf(
    traceNetwork({ ...network, end2end: true }, { size: [8, 8] }),
    (layouts) => new Map([["n", `${layouts.length}`]]),
  );
  expect(other.outputs[0]!.parts[0]!.name).toBe("score");
  expect(other.graph.metadata.get("n")).toBe("1");
});

test("a table's widths and arguments may be others than the call's", () => {
  const summary = summarizeNetwork(networkOf(["[-1, 1, Head, [3]]"], { tableWidths: { from: 20, module: 12 } }));
  expect(formatSummary(summary).split("\n")[2]).toBe(
    "  0                  -1  1         0  own.Head    ['hidden', 3]                 ",
  );
});

test("calls stay texts where arguments are literals to Python", () => {
  const argument = (literalArguments: boolean) =>
    networkOf(["[-1, 1, Head, [nn.ReLU()]]"], { literalArguments }).layers[0]!.plan.args[0];
  expect(argument(true)).toBe("nn.ReLU()");
  expect(argument(false)).toMatchObject({ call: "nn.ReLU" });
});
