import { describe, expect, test } from "@jest/globals";
import { type OutputLayout, type Tensor, tensorOf } from "@yolo-compile/core";
import { encodeText } from "@yolo-compile/testkit";
import { CPU, type Provider } from "./providers.js";
import { type NamedInput, runReference, type Tensors, useOnce } from "./run-reference.js";
import type { Session } from "./session.js";
import { FOLD, type Tolerance } from "./tolerance.js";
import { type CandidateRun, checkCandidate, type Verification, verifyModels } from "./verify-models.js";

/** y = Op(x, constant) over four numbers. */
const arithmetic = (op: string, constant: number, { x = "x", y = "y" } = {}): Uint8Array =>
  encodeText(`graph t(%${x}: f32[2,2]) { %c = f32[] {${constant}}
    %${y} = ${op}(%${x}, %c)
    return %${y} }`);

const input = (values: readonly number[], name = "numbers", rest: Partial<NamedInput> = {}): NamedInput => ({
  name,
  tensors: new Map([["x", tensorOf("f32", [2, 2], values)]]),
  ...rest,
});

const NUMBERS = [1, 2, 3, 4];

interface Options {
  readonly inputs?: readonly NamedInput[];
  readonly tolerance?: Tolerance;
  readonly layouts?: readonly OutputLayout[];
}

const verify = (reference: Uint8Array, candidate: Uint8Array, { inputs = [input(NUMBERS)], ...rest }: Options = {}) =>
  verifyModels({ reference, candidate, provider: CPU, inputs: () => inputs, ...rest });

describe("what is run", () => {
  test("the candidate runs as it is written and as users deploy it, and every output is compared", async () => {
    const steps: string[] = [];
    const found = await verifyModels({
      reference: arithmetic("Mul", 2),
      candidate: arithmetic("Mul", 2),
      provider: CPU,
      inputs: () => [input(NUMBERS), input([0, 0, 0, 0], "zeros", { deployedOnly: true })],
      referenceName: "the first",
      name: "the second",
      onStep: (step) => steps.push(step),
    });
    expect(found).toMatchObject({ ok: true, provider: "cpu", tolerance: FOLD, renamed: [], illConditioned: [] });
    expect(found).not.toHaveProperty("placement");
    expect(found).not.toHaveProperty("arithmetic");
    expect(found.comparisons.map((each) => [each.input, each.output, each.provider, each.level, each.ok])).toEqual([
      ["numbers", "y", "cpu", "disabled", true],
      ["numbers", "y", "cpu", "all", true],
      ["zeros", "y", "cpu", "all", true],
    ]);
    expect(steps).toEqual([
      "the first runs",
      "the second runs on cpu, ONNX Runtime's own optimisation off",
      "the second runs on cpu, ONNX Runtime's own optimisation on",
    ]);
  });

  test("of one model in both places the run that gave the answers is not repeated", async () => {
    const model = arithmetic("Mul", 2);
    expect((await verify(model, model)).comparisons.map(({ level }) => level)).toEqual(["all"]);
  });

  test("answers are handed over under the names of the reference", async () => {
    const cases = await runReference({ model: arithmetic("Mul", 2), inputs: () => [input(NUMBERS)] });
    const runs: CandidateRun[] = [];
    const candidate = arithmetic("Mul", 2, { x: "images", y: "found" });
    const found = await checkCandidate({ candidate, cases, provider: CPU, onRun: (run) => runs.push(run) });
    expect(found.renamed).toEqual(["x = images", "y = found"]);
    expect(runs.map(({ level, provider, expected }) => [level, provider.name, expected === cases[0]])).toEqual([
      ["disabled", "cpu", true],
      ["all", "cpu", true],
    ]);
    expect([...runs[0]!.outputs.get("y")!.data]).toEqual([2, 4, 6, 8]);
  });

  test("failing fast ends with the first comparison that fails", async () => {
    const inputs = () => [input(NUMBERS), input([1, 1, 1, 1], "ones")];
    const cases = await runReference({ model: arithmetic("Mul", 2), inputs });
    const request = { candidate: arithmetic("Mul", 3), cases, provider: CPU };
    expect((await checkCandidate({ ...request, failFast: true })).comparisons).toHaveLength(1);
    expect((await checkCandidate(request)).comparisons).toHaveLength(4);
    const right = { ...request, candidate: arithmetic("Mul", 2), failFast: true };
    expect((await checkCandidate(right)).comparisons).toHaveLength(4);
  });

  test("errors name the model", async () => {
    await expect(verify(arithmetic("Mul", 2), Uint8Array.of(1, 2))).rejects.toThrow("runtime/load");
    const named = { reference: Uint8Array.of(1), candidate: Uint8Array.of(1), referenceName: "the first" };
    await expect(verifyModels({ ...named, provider: CPU, inputs: () => [] })).rejects.toThrow(/load.* the first/);
  });
});

/** Two outputs, x + 1 and x * 2, under these names and in this order. */
const twoOutputs = (order: readonly ("sum" | "product")[], names = { sum: "sum", product: "product" }): Uint8Array =>
  encodeText(`graph t(%x: f32[2,2]) { %one = f32[] {1}
    %two = f32[] {2}
    %${names.sum} = Add(%x, %one)
    %${names.product} = Mul(%x, %two)
    return ${order.map((each) => `%${names[each]}`).join(", ")} }`);

describe("names", () => {
  test("outputs are matched by name, whatever their order", async () => {
    const found = await verify(twoOutputs(["sum", "product"]), twoOutputs(["product", "sum"]));
    expect(found).toMatchObject({ ok: true, renamed: [] });
    expect(found.comparisons.map(({ output }) => output)).toEqual(["sum", "product", "sum", "product"]);
  });

  test("outputs are matched by position where a name differs, and that is said once", async () => {
    const names = { sum: "sum", product: "twice" };
    const same = await verify(twoOutputs(["sum", "product"]), twoOutputs(["sum", "product"], names));
    expect(same).toMatchObject({ ok: true, renamed: ["product = twice"] });
    const turned = await verify(twoOutputs(["sum", "product"]), twoOutputs(["product", "sum"], names));
    expect(turned.ok).toBe(false);
    expect(turned.renamed).toEqual(["sum = twice", "product = sum"]);
  });

  test("one output more or less is refused", async () => {
    const [one, two] = [arithmetic("Mul", 2), twoOutputs(["sum", "product"])];
    await expect(verify(one, two)).rejects.toThrow(
      "verify/outputs: the models have different outputs: y and sum, product",
    );
    await expect(verify(two, one)).rejects.toThrow("verify/outputs");
  });

  test("another number of inputs is refused", async () => {
    const pair = encodeText(`graph t(%x: f32[2,2], %z: f32[2,2]) { %y = Add(%x, %z)
      return %y }`);
    await expect(verify(arithmetic("Mul", 2), pair)).rejects.toThrow(
      "verify/inputs: the models take different inputs: x and x, z",
    );
  });

  test("another shape is refused", async () => {
    const flat = encodeText(`graph t(%x: f32[2,2]) { %y = Flatten(%x) {axis=0}
      return %y }`);
    await expect(verify(arithmetic("Mul", 1), flat)).rejects.toThrow("verify/shape: output y");
  });
});

describe("what is allowed", () => {
  const off = (share: number, options?: Options): Promise<Verification> =>
    verify(arithmetic("Mul", 2), arithmetic("Mul", 2 * (1 + share)), options);

  test("a tolerance, and no more", async () => {
    expect((await off(0.9e-4)).ok).toBe(true);
    const beyond = await off(1.2e-4);
    expect(beyond.ok).toBe(false);
    expect(beyond.comparisons.map(({ ok, decisive }) => [ok, decisive.allowed])).toEqual([
      [false, 1e-4],
      [false, 1e-4],
    ]);
  });

  test("a tolerance of one's own decides, and nothing widens it", async () => {
    const tolerance = { name: "own", relative: 1e-2 };
    const found = await off(0.9e-2, { tolerance });
    expect(found).toMatchObject({ ok: true, tolerance });
    expect((await off(1.1e-2, { tolerance })).ok).toBe(false);
    const cancelled = await verify(CANCELLING, RIGHT_ALL_THE_SAME, { inputs: SHAKY, tolerance: FOLD });
    expect(cancelled).toMatchObject({ ok: false, illConditioned: [] });
  });

  test("one output of two decides, one input of two as well", async () => {
    const wrong = twoOutputs(["sum", "product"]);
    const reference = encodeText(`graph t(%x: f32[2,2]) { %one = f32[] {1}
      %three = f32[] {3}
      %sum = Add(%x, %one)
      %product = Mul(%x, %three)
      return %sum, %product }`);
    expect((await verify(reference, wrong)).comparisons.map(({ ok }) => ok)).toEqual([true, false, true, false]);
    const zeros = input([0, 0, 0, 0], "zeros");
    const found = await verify(arithmetic("Mul", 2), arithmetic("Mul", 3), { inputs: [zeros, input(NUMBERS)] });
    expect(found.ok).toBe(false);
    expect(found.comparisons.map(({ ok }) => ok)).toEqual([true, false, true, false]);
  });

  test.each([
    ["a NaN", "Sqrt", [1, 2, 3, -1]],
    ["an infinity", "Reciprocal", [1, 2, 3, 0]],
  ])("%s that the reference has not is refused", async (_, op, values) => {
    const one = (name: string) =>
      encodeText(`graph t(%x: f32[2,2]) { %y = ${name}(%x)
      return %y }`);
    const found = await verify(one("Identity"), one(op), { inputs: [input(values)] });
    expect(found.ok).toBe(false);
    expect(found.comparisons[0]).toMatchObject({ ok: false, nonFinite: 1 });
    expect(found.illConditioned).toEqual([]);
  });

  test("a NaN in both is refused, and the reference is named as its source", async () => {
    const root = (text: string) =>
      encodeText(`graph t(%x: f32[2,2]) { ${text}
      return %y }`);
    const inputs = [input([1, 2, 3, -1])];
    const found = await verify(root("%y = Sqrt(%x)"), root("%a = Sqrt(%x)\n%y = Identity(%a)"), { inputs });
    expect(found.ok).toBe(false);
    expect(found.illConditioned.map((each) => [each.input, each.output, each.part.nonFiniteReference])).toEqual([
      ["numbers", "y", 1],
      ["numbers", "y", 1],
    ]);
  });

  test("a layout that is known is used, one that does not fit is not", async () => {
    const known: OutputLayout = { output: "y", axis: 1, parts: [{ name: "label", kind: "label", count: 2 }] };
    expect((await off(0.9e-4, { layouts: [known] })).comparisons[0]!.decisive.name).toBe("label");
    expect((await off(0.9e-4, { layouts: [known] })).ok).toBe(false);
    expect((await off(0, { layouts: [known] })).judged).toEqual([{ output: "y", layout: known, known: true }]);
    const wider = { ...known, parts: [{ name: "label", kind: "label", count: 3 }] } as const;
    const guessed = await off(0.9e-4, { layouts: [wider, { ...known, output: "z" }] });
    expect(guessed).toMatchObject({ ok: true, judged: [{ output: "y", known: false }] });
  });
});

/** (x + 1e4) - 1e4: the last bits of x + 1e4 are what remains. */
const CANCELLING = encodeText(`graph t(%x: f32[2,2]) { %c = f32[] {10000}
  %a = Add(%x, %c)
  %y = Sub(%a, %c)
  return %y }`);

/** The same function without the rounding. */
const RIGHT_ALL_THE_SAME = encodeText(`graph t(%x: f32[2,2]) { %y = Identity(%x)
  return %y }`);

/** Next to where x + 1e4 rounds up or down, so that the last bits of x decide. */
const SHAKY = [input([0.50048828125, 0.50048828125, 0.50048828125, 0.50048828125], "shaky")];

describe("where rounding decides", () => {
  test("as much is allowed as ten times what the last bits of the input do, and that is told", async () => {
    const found = await verify(CANCELLING, RIGHT_ALL_THE_SAME, { inputs: SHAKY });
    const { decisive } = found.comparisons[0]!;
    expect(decisive.moved).toBeGreaterThan(1e-4);
    expect(decisive.allowed).toBe(10 * decisive.moved!);
    expect(decisive.maxRel).toBeGreaterThan(1e-4);
    expect(found.comparisons.every(({ ok }) => ok)).toBe(true);
    expect(found.illConditioned.map((each) => [each.input, each.output, each.part])).toEqual([
      ["shaky", "y", decisive],
      ["shaky", "y", found.comparisons[1]!.decisive],
    ]);
  });

  test("an error that is larger still is refused", async () => {
    const found = await verify(CANCELLING, arithmetic("Mul", 2), { inputs: SHAKY });
    expect(found.comparisons.map(({ ok }) => ok)).toEqual([false, false]);
    expect(found.illConditioned).toHaveLength(2);
  });

  test("nothing is measured where the tolerance is kept", async () => {
    const found = await verify(CANCELLING, CANCELLING.slice(), { inputs: SHAKY });
    expect(found.comparisons[0]!.decisive).not.toHaveProperty("moved");
    expect(found.illConditioned).toEqual([]);
  });

  test("the reference runs once for its moves, when it is asked", async () => {
    const [shaky] = await runReference({ model: CANCELLING, inputs: () => SHAKY });
    const first = await shaky!.shaken!();
    expect(await shaky!.shaken!()).toBe(first);
    expect(first.byInput.map((answer) => [...answer.keys()])).toEqual([["y"], ["y"]]);
    expect(first).not.toHaveProperty("byConstants");
    const more = await shaky!.shakenMore!();
    expect(await shaky!.shakenMore!()).toBe(more);
    expect(more.byInput).toHaveLength(6);
    expect(more.byInput.slice(0, 2)).toEqual(first.byInput);
    const answers = more.byInput.map((answer) => [...answer.get("y")!.data].join());
    expect(new Set(answers).size).toBeGreaterThan(2);
  });

  test("a model with other constants is made for each seed, when it is asked for", async () => {
    const made: number[] = [];
    const shakenModel = (seed: number): Uint8Array => {
      made.push(seed);
      return CANCELLING;
    };
    const [shaky] = await runReference({ model: CANCELLING, inputs: () => SHAKY, shakenModel });
    expect((await shaky!.shaken!()).byConstants).toHaveLength(1);
    expect(made).toEqual([1]);
    expect((await shaky!.shakenMore!()).byConstants).toHaveLength(4);
    expect(made).toEqual([1, 2, 3, 4]);
  });

  /** x * 1e9 + 1: where x is hardly 0, its last bits move everything. */
  const wild = (factor: number): Uint8Array =>
    encodeText(`graph t(%x: f32[2,2]) { %big = f32[] {1e7}
      %a = Add(%x, %big)
      %b = Sub(%a, %big)
      %f = f32[] {${factor}}
      %y = Mul(%b, %f)
      return %y }`);

  test("an input where too much must be allowed tells nothing: another one has to", async () => {
    const wildly = input([0.5, 1.5, 0.49999, 1.49999], "wild");
    const calm = input([1024, 2048, 4096, 8192], "calm");
    const alone = await verify(wild(1), wild(1.3), { inputs: [wildly] });
    const { decisive } = alone.comparisons[0]!;
    expect(decisive.allowed).toBeGreaterThan(5e-2);
    expect(alone.comparisons.every(({ ok }) => ok)).toBe(true);
    expect(alone.ok).toBe(false);
    const right = await verify(wild(1), wild(1.00001), { inputs: [wildly, calm] });
    expect(right.ok).toBe(true);
    expect((await verify(wild(1), wild(1.3), { inputs: [wildly, calm] })).ok).toBe(false);
  });

  test("each part has its own moves: those of one do not excuse another", async () => {
    const model = (objectness: number): Uint8Array =>
      encodeText(`graph t(%x: f32[2,2]) { %big = f32[] {10000}
        %a = Add(%x, %big)
        %moved = Sub(%a, %big)
        %zero = f32[] {0}
        %still = Mul(%x, %zero)
        %c = f32[] {${objectness}}
        %score = Add(%still, %c)
        %y = Concat(%moved, %score) {axis=1}
        return %y }`);
    const layout: OutputLayout = {
      output: "y",
      axis: 1,
      parts: [
        { name: "values", kind: "other", count: 2 },
        { name: "objectness", kind: "probability", count: 2 },
      ],
    };
    const found = await verify(model(0.5), model(0.5002), { inputs: SHAKY, layouts: [layout] });
    expect(found.ok).toBe(false);
    expect(found.comparisons[0]!.decisive).toMatchObject({ name: "objectness", moved: 0, allowed: 1e-4 });
  });
});

test("each input's answers are its own", async () => {
  const cases = await runReference({
    model: arithmetic("Add", 1),
    inputs: () => [input(NUMBERS), input([0, 0, 0, 0])],
  });
  const values = (tensors: Tensors): number[] => Array.from((tensors.get("y") as Tensor).data, Number);
  expect(cases.map(({ outputs }) => values(outputs))).toEqual([
    [2, 3, 4, 5],
    [1, 1, 1, 1],
  ]);
});

test("models without a name are called by their part", async () => {
  const steps: string[] = [];
  const model = { reference: arithmetic("Mul", 2), candidate: arithmetic("Mul", 2) };
  await verifyModels({ ...model, provider: CPU, inputs: () => [input(NUMBERS)], onStep: (step) => steps.push(step) });
  expect(steps).toEqual([
    "the reference runs",
    "the candidate runs on cpu, ONNX Runtime's own optimisation off",
    "the candidate runs on cpu, ONNX Runtime's own optimisation on",
  ]);
});

test("failing fast ends where something failed, though what came before did not", async () => {
  const inputs = () => [input([0, 0, 0, 0], "zeros"), input(NUMBERS), input([1, 1, 1, 1], "ones")];
  const cases = await runReference({ model: arithmetic("Mul", 2), inputs });
  const found = await checkCandidate({ candidate: arithmetic("Mul", 3), cases, provider: CPU, failFast: true });
  expect(found.comparisons.map((each) => [each.input, each.level, each.ok])).toEqual([
    ["zeros", "disabled", true],
    ["numbers", "disabled", false],
  ]);
});

test("a judgement without an input, or on outputs that are not there, is refused", async () => {
  const request = { candidate: arithmetic("Mul", 3), provider: CPU };
  await expect(checkCandidate({ ...request, cases: [] })).rejects.toThrow("verify/nothing: there is no input");
  const told = { input: input(NUMBERS), outputs: new Map([["y", tensorOf("f32", [2, 2], [3, 6, 9, 12])]]) };
  expect((await checkCandidate({ ...request, cases: [told] })).ok).toBe(true);
  const silent = { input: input(NUMBERS, "silent"), outputs: new Map() };
  for (const cases of [[silent], [told, silent]])
    await expect(checkCandidate({ ...request, cases })).rejects.toThrow(
      "verify/nothing: there are no outputs to compare on silent",
    );
  await expect(verify(arithmetic("Mul", 2), arithmetic("Mul", 2), { inputs: [] })).rejects.toThrow("verify/nothing");
});

describe("on another provider", () => {
  const other: Provider = { ...CPU, name: "again", arithmetic: "plain", tolerance: { name: "LOOSE", relative: 1e-2 } };

  test("the candidate runs on the CPU and there, each by its own tolerance", async () => {
    const model = { reference: arithmetic("Mul", 2), candidate: arithmetic("Mul", 2 * (1 + 1e-3)) };
    const found = await verifyModels({ ...model, provider: other, inputs: () => [input(NUMBERS)] });
    expect(found.comparisons.map(({ provider, level, ok }) => `${provider} ${level} ${ok}`)).toEqual([
      "cpu disabled false",
      "cpu all false",
      "again disabled true",
      "again all true",
    ]);
    expect(found).toMatchObject({ ok: false, provider: "again", arithmetic: "plain", tolerance: other.tolerance });
    expect(found.placement).toBeDefined();
  });

  test("of one model only the run that gave the answers is left out", async () => {
    const model = arithmetic("Mul", 2);
    const request = { reference: model, candidate: model, provider: other, inputs: () => [input(NUMBERS)] };
    expect((await verifyModels(request)).comparisons.map(({ provider, level }) => `${provider} ${level}`)).toEqual([
      "cpu all",
      "again disabled",
      "again all",
    ]);
  });

  test("errors name the model there too", async () => {
    const inputs = () => [input(NUMBERS)];
    const cases = await runReference({ model: arithmetic("Mul", 2), inputs });
    const request = { candidate: Uint8Array.of(1), name: "the second", cases, provider: other };
    await expect(checkCandidate(request)).rejects.toThrow(/load.* the second/);
  });
});

test("each output has to be told of by some input, and one that tells is enough", async () => {
  const both = (still: number) =>
    encodeText(`graph t(%x: f32[2,2]) { %big = f32[] {1e7}
      %a = Add(%x, %big)
      %wild = Sub(%a, %big)
      %c = f32[] {${still}}
      %still = Mul(%x, %c)
      return %wild, %still }`);
  const moving = input([0.5, 1.5, 0.49999, 1.49999], "wild");
  const calm = input([1024, 2048, 4096, 8192], "calm");
  const exact = encodeText(`graph t(%x: f32[2,2]) { %c = f32[] {1.3}
      %wild = Mul(%x, %c)
      %still = Identity(%x)
      return %wild, %still }`);
  const alone = await verify(both(1), exact, { inputs: [moving] });
  expect(alone.comparisons.every(({ ok }) => ok)).toBe(true);
  expect(alone.ok).toBe(false);
  const right = encodeText(`graph t(%x: f32[2,2]) { %wild = Identity(%x)
      %still = Identity(%x)
      return %wild, %still }`);
  expect((await verify(both(1), right, { inputs: [calm, moving] })).ok).toBe(true);
});

test("a session is released whatever happens", async () => {
  const released: string[] = [];
  const session = (name: string): Session => ({
    name,
    inputs: [],
    outputs: [],
    run: async () => new Map(),
    release: async () => void released.push(name),
  });
  expect(await useOnce(session("fine"), async () => 7)).toBe(7);
  await expect(
    useOnce(session("broken"), async () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(released).toEqual(["fine", "broken"]);
});
