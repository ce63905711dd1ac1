import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type CompiledGraphs, compileGraphs } from "@yolo-compile/compiler";
import { bytesSource } from "@yolo-compile/core";
import { encodeBytes } from "@yolo-compile/onnx";
import { CPU, checkCandidate, type ExpectedCase, runReference } from "@yolo-compile/runtime";
import { findReference, fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { type MutantOptions, makeMutants } from "./self-test/make-mutants.js";
import { MUTATION_OPERATORS } from "./self-test/operators/index.js";
import { chooseInputs } from "./verify/choose-inputs.js";

const encode = (compiled: CompiledGraphs, graph = compiled.optimized) => encodeBytes(graph, { opset: 17 });

function compileFile(name: string, path: string, size: readonly [number, number]): CompiledGraphs {
  const checkpoint = openCheckpoint(bytesSource(name, new Uint8Array(readFileSync(path))));
  return compileGraphs({ checkpoint, size, batch: 1, passes: "full" });
}

const known = new Map<CompiledGraphs, Promise<ExpectedCase[]>>();

/** The cases of the command line's default check. The plain graph runs once. */
function casesOf(compiled: CompiledGraphs): Promise<ExpectedCase[]> {
  const cases = known.get(compiled) ?? runPlain(compiled);
  known.set(compiled, cases);
  return cases;
}

const runPlain = ({ plain }: CompiledGraphs): Promise<ExpectedCase[]> =>
  runReference({
    model: encodeBytes(plain, { opset: 17 }),
    inputs: (session) => chooseInputs(session, { seed: 1 }),
  });

async function isRefused(compiled: CompiledGraphs, cases: readonly ExpectedCase[], candidate: Uint8Array) {
  const layouts = compiled.outputs;
  return !(await checkCandidate({ candidate, cases, layouts, provider: CPU, failFast: true })).ok;
}

const OBJECTNESS = 4;

/** The optimised graph with other biases in the convolutions of its head; `column` counts from x on, in each anchor. */
function withBiases(compiled: CompiledGraphs, edit: (bias: number, column: number) => number): Uint8Array {
  const columns = compiled.outputs[0]!.parts.reduce((sum, { count }) => sum + count, 0);
  const { optimized } = compiled;
  const heads = new Set(optimized.nodes.flatMap(({ op, inputs }) => (op === "Reshape" ? inputs[0] : [])));
  const nodes = optimized.nodes.map((node) => {
    const [x, weight, bias] = node.inputs;
    if (node.op !== "Conv" || !bias?.constant || !heads.has(node.outputs[0])) return node;
    const numbers = Float32Array.from(bias.constant.read().data, Number).map((value, at) => edit(value, at % columns));
    const constant = { dtype: "f32", shape: [numbers.length], data: numbers } as const;
    return { ...node, inputs: [x, weight, { ...bias, constant: { ...constant, read: () => constant } }] };
  });
  expect(nodes.filter((node, at) => node !== optimized.nodes[at])).toHaveLength(3);
  return encode(compiled, { ...optimized, nodes });
}

/** Whether the first places where a mistake of the self-test can be made are all refused. */
async function areRefused(compiled: CompiledGraphs, operator: string, options: Partial<MutantOptions> = {}) {
  const operators = MUTATION_OPERATORS.filter(({ name }) => name === operator);
  const layouts = compiled.outputs;
  const cases = await casesOf(compiled);
  const mutants = [...makeMutants(compiled, { seed: 1, sites: 3, operators, layouts, ...options })];
  expect(mutants.length).toBeGreaterThan(0);
  for (const { graph } of mutants) if (!(await isRefused(compiled, cases, encode(compiled, graph)))) return false;
  return true;
}

const reference = findReference();
const real = ["face.pt", "peony.pt"].flatMap((name) => {
  const path = typeof reference === "string" ? "" : reference.path(`weights/real/${name}`);
  return existsSync(path) ? [[name, path] as const] : [];
});
if (real.length === 0) console.warn(`real checkpoints are not judged: ${reference}`);

describe.each([
  ["shapes.pt", fixturePath("shapes/shapes.pt"), [64, 96]] as const,
  ...real.map((each) => [...each, [320, 320]] as const),
])("the default check of %s", (name, path, size) => {
  const compiled = compileFile(name, path, size);

  test("passes what is right, on three inputs", async () => {
    const cases = await casesOf(compiled);
    expect(cases.map(({ input }) => input.deployedOnly ?? false)).toEqual([false, true, true]);
    const request = { candidate: encode(compiled), cases, layouts: compiled.outputs, provider: CPU };
    const found = await checkCandidate(request);
    expect(found).toMatchObject({ ok: true, illConditioned: [] });
    expect(found.judged.every(({ known }) => known)).toBe(true);
    // Right graphs stay far below what is allowed.
    for (const { decisive } of found.comparisons) expect(decisive.maxRel).toBeLessThan(decisive.allowed / 4);
  });

  test.each([
    ["dead", -30],
    ["0.5 too low", -0.5],
    ["0.1 too low", -0.1],
    ["0.1 too high", 0.1],
  ])("refuses objectness that is %s", async (_, shift) => {
    const shifted = withBiases(compiled, (bias, column) => (column === OBJECTNESS ? bias + shift : bias));
    expect(await isRefused(compiled, await casesOf(compiled), shifted)).toBe(true);
  });

  test("refuses a class that is dead", async () => {
    const cases = await casesOf(compiled);
    const classes = compiled.outputs[0]!.parts.find((part) => part.name === "classes")!.count;
    for (const dead of new Set([0, classes >> 1, classes - 1])) {
      const killed = withBiases(compiled, (bias, column) => (column === OBJECTNESS + 1 + dead ? -30 : bias));
      expect(await isRefused(compiled, cases, killed)).toBe(true);
    }
  });

  test("refuses anchors that are a hundredth too large", async () => {
    expect(await areRefused(compiled, "scale-anchors")).toBe(true);
  });

  test("refuses a filter that is a hundredth too large", async () => {
    expect(await areRefused(compiled, "scale-filter")).toBe(true);
  });
});

test("a clip that is lost is refused", async () => {
  const text = `{nc: 3, depth_multiple: 1, width_multiple: 1, activation: nn.ReLU6(), anchors: [[10,13, 16,30, 33,23]],
    backbone: [[-1, 1, Conv, [8, 3, 2]], [-1, 1, Conv, [16, 3, 2]], [-1, 1, Conv, [32, 3, 2]]],
    head: [[[2], 1, Detect, [nc, anchors]]]}`;
  for (const randomWeights of [1, 2, 3]) {
    const config = { file: "clipped.yaml", text };
    const compiled = compileGraphs({ config, randomWeights, size: [64, 64], batch: 1, passes: "full" });
    expect(await areRefused(compiled, "lose-clip")).toBe(true);
  }
});
