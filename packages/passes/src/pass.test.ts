import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import {
  constantValue,
  createNode,
  type Graph,
  type Node,
  OP_NAMES,
  type OpName,
  parseGraph,
  printGraph,
  type Value,
} from "@yolo-compile/ir";
import { dropDeadCode, type Pass, rulePass, runPasses, untilStable } from "./pass.js";
import type { Patch, PatchMaker } from "./patch.js";
import { optimize } from "./pipelines.js";
import { isMiss, type Miss, miss, type Rule, type RuleContext, rule, soleFeeder } from "./rule.js";

const GRAPH = parseGraph(`graph t(%x: f32[2,3]) {
  %a = Relu(%x) @ a
  %b = Neg(%a) @ b
  %c = Abs(%a) @ c
  %y = Add(%b, %c) @ d
  return %y
}`);
const [X] = GRAPH.inputs as [Value];

type Apply = (node: Node, context: RuleContext, patches: PatchMaker) => Patch | Miss;
const on = (op: OpName, apply: Apply, name = "test-rule"): Rule => rule(name, [op], apply);
const run = (...rules: Rule[]): Graph => runPasses(GRAPH, [rulePass("test", rules)]).graph;
const make = (op: "Abs" | "Add" | "Flatten" | "Relu", ...inputs: (Value | undefined)[]): Node =>
  createNode({ op, inputs, origin: { path: "made", rules: [] } });
const patch = (nodes: readonly Node[], pairs: readonly (readonly [Value, Value])[]): Patch => ({
  nodes,
  replacements: new Map(pairs),
  absorbed: [],
  accountsFor: [],
});
const first = (node: Node): Value => node.outputs[0]!;

test("a patch stands where the matched node stood, and what is unused then goes", () => {
  const graph = run(on("Neg", (node, _, { replace }) => replace(node, (emit) => emit("Tanh", [emit("Exp", [X])]))));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
"graph t(%x: f32[2,3]) {
  %a = Relu(%x) : f32[2,3] @ a
  %b/test-rule = Exp(%x) : f32[2,3] @ b [test-rule]
  %b = Tanh(%b/test-rule) : f32[2,3] @ b [test-rule]
  %c = Abs(%a) : f32[2,3] @ c
  %y = Add(%b, %c) : f32[2,3] @ d
  return %y
}"
`);
});

test("nodes that lose their last user go with all that feeds them alone", () => {
  const graph = run(on("Add", (node, _, { reuse }) => reuse([[first(node), X]])));
  expect(printGraph(graph)).toBe("graph t(%x: f32[2,3]) {\n  return y = %x\n}");
});

test("a replaced output of the graph keeps its name", () => {
  const graph = run(on("Add", (node, _, { replace }) => replace(node, (emit) => emit("Sub", [...node.inputs]))));
  expect(graph.outputs.map(({ name }) => name)).toEqual(["y"]);
  expect(printGraph(graph)).toContain("%y = Sub(%b, %c) : f32[2,3] @ d [test-rule]");
});

test("one sweep sees the nodes as earlier rewrites of it left them", () => {
  const seen: string[] = [];
  const spy = on("Add", (node) => {
    seen.push(node.inputs.map((input) => input!.hint).join());
    return miss("only looks");
  });
  run(
    on("Neg", (node, _, { reuse }) => reuse([[first(node), node.inputs[0]!]])),
    spy,
  );
  expect(seen).toEqual(["a,c", "a,c"]);
});

test("a rule learns who makes and who takes a value", () => {
  const told: unknown[] = [];
  const ask = on("Relu", (node, context) => {
    const [value] = node.outputs as [Value];
    told.push(
      context.users(value).map(({ op }) => op),
      context.producer(value) === node,
      context.producer(X),
    );
    told.push(context.isOutput(value), context.isOutput(GRAPH.outputs[0]!.value), context.producer(undefined));
    return miss("only asks");
  });
  run(ask);
  expect(told).toEqual([["Neg", "Abs"], true, undefined, false, true, undefined]);
});

test("soleFeeder gives the node that feeds one other node alone", () => {
  const reasons: unknown[] = [];
  const feed = (node: Node, context: RuleContext) => {
    const found = soleFeeder(context, node.inputs[0], node);
    reasons.push(isMiss(found) ? found.miss : found.op);
    return miss("only asks");
  };
  run(rule("feed", OP_NAMES, feed));
  expect(reasons).toEqual([
    "the input has no producer",
    "the Relu output has other users",
    "the Relu output has other users",
    "Neg",
  ]);
});

test("misses are reported with rule, path, op and reason", () => {
  const misses: unknown[] = [];
  runPasses(GRAPH, [rulePass("p", [on("Abs", () => miss("no reason"))])], {
    onMiss: (...told) => misses.push(told),
  });
  expect(misses).toEqual([["test-rule", "c", "Abs", "no reason"]]);
});

test("rewrites name their rule, and the paths and ops that they replace", () => {
  const swallow = on(
    "Neg",
    (node, context, { replace }) => {
      const relu = context.producer(node.inputs[0]);
      if (relu?.op !== "Relu") return miss("no Relu");
      return replace(node, (emit) => emit("Sigmoid", [relu.inputs[0]]), [relu]);
    },
    "swallow",
  );
  const { graph, rewrites } = runPasses(GRAPH, [rulePass("p", [swallow])]);
  expect(rewrites).toEqual([{ rule: "swallow", paths: ["b", "a"], ops: ["Neg", "Relu"], accountsFor: [] }]);
  // The Relu has another user and stays; the new node has its path.
  expect(printGraph(graph)).toContain("%b = Sigmoid(%x) : f32[2,3] @ a [swallow]");
  expect(printGraph(graph)).toContain("Relu(");
});

/** Matches errors that blame the program, not the model. */
const FAULT = expect.objectContaining({ diagnostic: expect.objectContaining({ blame: "fault" }) });

const later = (): Value => first(GRAPH.nodes[3]!);
const BROKEN: readonly (readonly [what: string, apply: Apply, message: string])[] = [
  [
    "a value from nowhere",
    (node, _, { replace }) => replace(node, (emit) => emit("Relu", [{ ...X, hint: "ghost" }])),
    "the rule test-rule made a broken patch for Neg: %ghost is not there yet",
  ],
  [
    "a replacement from nowhere",
    (node, _, { reuse }) => reuse([[first(node), { ...X, hint: "ghost" }]]),
    "%ghost is not there yet",
  ],
  ["a value that is made later", (node, _, { reuse }) => reuse([[first(node), later()]]), "%y is not there yet"],
  [
    "a cycle",
    (node) => {
      const made = make("Relu", X);
      const looped = { ...make("Add", X, X), inputs: [first(made), first(node)] };
      return patch([looped, made], [[first(node), first(looped)]]);
    },
    "%made/Relu is not there yet",
  ],
  [
    "its own output",
    (node) => {
      const made = make("Abs", X);
      const looped = { ...made, inputs: [first(made)] };
      return patch([looped], [[first(node), first(looped)]]);
    },
    "%made/Abs is not there yet",
  ],
  [
    "another shape",
    (node, _, { reuse }) => reuse([[first(node), constantValue(tensorOf("f32", [1], [1]), "one")]]),
    "%b changes its type",
  ],
  [
    "another element type",
    (node, _, { replace }) => replace(node, (emit) => emit("Cast", [X], { to: "f16" })),
    "%b changes its type",
  ],
  [
    "the output of another node",
    (_node, _context, { reuse }) => reuse([[later(), X]]),
    "%y is not an output of the matched node",
  ],
  [
    "an op with wrong inputs",
    (node, _, { replace }) => replace(node, (emit) => emit("Add", [X])),
    "ir/inputs: Add has 1 inputs",
  ],
];

test.each(BROKEN)("a rule that makes %s is at fault", (_, apply, message) => {
  expect(() => run(on("Neg", apply))).toThrow(message);
});

test("a broken patch blames the program", () => {
  expect(() => run(on("Neg", (_node, _context, { reuse }) => reuse([[later(), X]])))).toThrow(FAULT);
});

test("types that a patch claims wrongly are found by the verifier behind the pass", () => {
  const lie = on("Neg", (node) => {
    const made = make("Flatten", X);
    const lying: Node = { ...made, op: "Transpose", attributes: { perm: [1, 0] } };
    return patch([lying], [[first(node), first(lying)]]);
  });
  expect(() => run(lie)).toThrow(FAULT);
  expect(() => run(lie)).toThrow("ir/invalid: graph t: Transpose is typed f32[2,3], inferred f32[3,2] (made)");
});

test("rules that undo each other are found", () => {
  const swap = (from: "Neg" | "Abs", to: "Neg" | "Abs") =>
    on(from, (node, _, { replace }) => replace(node, (emit) => emit(to, [...node.inputs])), `to-${to}`);
  const undoing = [swap("Neg", "Abs"), swap("Abs", "Neg")];
  expect(() => run(...undoing)).toThrow(FAULT);
  expect(() => run(...undoing)).toThrow(
    "passes/endless: the pass test still finds rewrites after 50 sweeps, the last by to-",
  );
  const one = (from: "Neg" | "Abs", to: "Neg" | "Abs"): Pass => rulePass(`${from}-${to}`, [swap(from, to)]);
  expect(() => runPasses(GRAPH, [untilStable("both", [one("Neg", "Abs"), one("Abs", "Neg")])])).toThrow(
    "passes/endless: the pass both still finds rewrites after 50 sweeps",
  );
});

test("untilStable goes round until nothing is found, and sums up", () => {
  const passes = [
    rulePass("late", [on("Tanh", (node, _, { reuse }) => reuse([[first(node), node.inputs[0]!]]), "late")]),
    rulePass("early", [
      on("Neg", (node, _, { replace }) => replace(node, (emit) => emit("Tanh", [...node.inputs])), "early"),
    ]),
  ];
  const { graph, rewrites } = runPasses(GRAPH, [untilStable("all", passes)]);
  expect(rewrites.map(({ rule: name }) => name)).toEqual(["early", "late"]);
  expect(printGraph(graph)).toContain("%y = Add(%a, %c)");
});

test("dead code goes, with all that only dead code uses; the rest stays", () => {
  const graph = parseGraph(`graph t(%x: f32[4]) {
    %a = Relu(%x) @ a
    %b = Neg(%a) @ b
    %c = Abs(%b) @ c
    %p, %q = Split(%a) {sizes=[1, 3]} @ d
    %r, %s = Split(%x) {sizes=[1, 3]} @ e
    return %q
  }`);
  const { graph: after, rewrites } = runPasses(graph, [dropDeadCode]);
  expect(after.nodes.map(({ origin }) => origin.path)).toEqual(["a", "d"]);
  expect(rewrites.flatMap(({ paths }) => paths)).toEqual(["b", "c", "e"]);
  expect(runPasses(after, [dropDeadCode]).rewrites).toEqual([]);
});

test("observers hear of every pass, in order, with its result", () => {
  const heard: unknown[] = [];
  runPasses(GRAPH, [rulePass("one", []), dropDeadCode], {
    afterPass: (name, { graph }, elapsedMs) => heard.push(name, graph.nodes.length, elapsedMs >= 0),
  });
  expect(heard).toEqual(["one", 4, true, "drop-dead-code", 4, true]);
});

test("a pass that breaks the graph is found at once, or at the end where the observer wants no checks", () => {
  const broken: Graph = { ...GRAPH, nodes: GRAPH.nodes.slice(1) };
  const giving = (name: string, graph: Graph): Pass => ({
    name,
    run: () => ({ graph, rewrites: [], replaced: new Map() }),
  });
  const passes = [giving("break", broken), giving("mend", GRAPH)];
  expect(() => runPasses(GRAPH, passes)).toThrow(/ir\//);
  expect(runPasses(GRAPH, passes, { checks: false }).graph).toBe(GRAPH);
  for (const checks of [true, false]) expect(() => optimize(broken, "none", { checks })).toThrow(/ir\//);
});
