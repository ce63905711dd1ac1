import { expect, test } from "@jest/globals";
import { type OutputLayout, tensorOf } from "@yolo-compile/core";
import { excess, isTelling, judgeOutput, type PartComparison } from "./judge-output.js";
import type { ShakenOutputs, Tensors } from "./run-reference.js";
import { type Tolerance, WIDEST } from "./tolerance.js";

/** Errors are shares of 1: the largest number of each column. */
const LAYOUT: OutputLayout = {
  output: "y",
  axis: 1,
  parts: [
    { name: "values", kind: "other", count: 1 },
    { name: "masks", kind: "coefficient", count: 1 },
  ],
};
const QUARTER = { name: "QUARTER", relative: 0.25 };
const SUBJECT = { input: "noise", provider: "cpu", level: "all", tolerance: QUARTER } as const;

const outputs = (values: number, masks: number): Tensors =>
  new Map([["y", tensorOf("f64", [2, 2], [1, 1, values, masks])]]);

/** Judges a candidate against zeros, with the answers of the reference to shaken inputs; tells how often those were asked for. */
async function judge(
  candidate: Tensors,
  byInput?: readonly Tensors[],
  byConstants?: Tensors,
  tolerance: Tolerance = QUARTER,
) {
  let asked = 0;
  const shaken = async (): Promise<ShakenOutputs> => {
    asked++;
    return { byInput: byInput ?? [], ...(byConstants && { byConstants: [byConstants] }) };
  };
  const expected = {
    input: { name: "noise", tensors: new Map() },
    outputs: outputs(0, 0),
    ...(byInput && { shaken }),
  };
  const subject = { ...SUBJECT, tolerance };
  const found = await judgeOutput("y", expected, candidate.get("y")!, { layout: LAYOUT, known: true }, subject);
  return { found, asked };
}

test("what is allowed is right, and nothing is asked of the reference", async () => {
  const { found, asked } = await judge(outputs(0.25, 0), [outputs(0.5, 0.5)]);
  expect(found).toMatchObject({ ok: true, input: "noise", provider: "cpu", level: "all", output: "y" });
  expect(found.decisive).toMatchObject({ name: "values", maxRel: 0.25, allowed: 0.25 });
  expect(found.parts.some((part) => "moved" in part)).toBe(false);
  expect(asked).toBe(0);
});

test("more than is allowed is wrong, unless the reference moves by a tenth of it", async () => {
  expect((await judge(outputs(0, 0.5))).found.ok).toBe(false);
  const still = await judge(outputs(0, 0.5), [outputs(0, 0)]);
  expect(still.found).toMatchObject({ ok: false, decisive: { name: "masks", moved: 0, allowed: 0.25 } });
  const moved = await judge(outputs(0, 0.5), [outputs(0, 0), outputs(0, 0.0625), outputs(0, 0.03125)]);
  expect(moved.found).toMatchObject({ ok: true, decisive: { name: "masks", moved: 0.0625, allowed: 0.625 } });
  expect(moved.asked).toBe(1);
});

test("where last bits move the reference, more of them are tried before anything is wrong", async () => {
  let asked = 0;
  const judged = async (byFew: number, byMore: number) => {
    const shaken = async (): Promise<ShakenOutputs> => ({ byInput: [outputs(byFew, 0)] });
    const shakenMore = async (): Promise<ShakenOutputs> => {
      asked++;
      return { byInput: [outputs(byFew, 0), outputs(byMore, 0)] };
    };
    const expected = { input: { name: "noise", tensors: new Map() }, outputs: outputs(0, 0), shaken, shakenMore };
    return judgeOutput("y", expected, outputs(0.75, 0).get("y")!, { layout: LAYOUT, known: true }, SUBJECT);
  };
  expect(await judged(0.0625, 0.125)).toMatchObject({ ok: true, decisive: { moved: 0.125, allowed: 1.25 } });
  expect(asked).toBe(1);
  expect((await judged(0.0625, 0.0625)).ok).toBe(false);
  expect(asked).toBe(2);
  // Neither where a few seeds do, nor where they hardly move it.
  expect((await judged(0.125, 0)).ok).toBe(true);
  expect((await judged(0.015625, 1)).ok).toBe(false);
  expect(asked).toBe(2);
});

test("by more seeds, an input that tells something goes on to do so, within the widest bound", async () => {
  const judged = (error: number) => {
    const shaken = async (): Promise<ShakenOutputs> => ({ byInput: [outputs(WIDEST / 20, 0)] });
    const shakenMore = async (): Promise<ShakenOutputs> => ({ byInput: [outputs(1, 0)] });
    const expected = { input: { name: "noise", tensors: new Map() }, outputs: outputs(0, 0), shaken, shakenMore };
    const strict = { ...SUBJECT, tolerance: { name: "STRICT", relative: WIDEST / 100 } };
    return judgeOutput("y", expected, outputs(error, 0).get("y")!, { layout: LAYOUT, known: true }, strict);
  };
  expect(await judged(0.9 * WIDEST)).toMatchObject({ ok: true, decisive: { allowed: WIDEST } });
  expect((await judged(1.1 * WIDEST)).ok).toBe(false);
});

test("only the part that is beyond is widened", async () => {
  const { found } = await judge(outputs(0.25, 0.5), [outputs(0.125, 0.125)]);
  expect(found.parts.map(({ allowed, moved }) => [allowed, moved])).toEqual([
    [0.25, undefined],
    [1.25, 0.125],
  ]);
  expect(found.decisive.name).toBe("values");
});

/** Each part has two elements, one of them right: the root mean square is 0.71 of the error of the other. */
const WITH_RMS: Tolerance = { ...QUARTER, rms: 0.8 * 2 ** -10 };

test("errors that are small one by one are wrong where together they are over 3.5 times what last bits do", async () => {
  const judged = (error: number, byInput: number, byConstants: number) =>
    judge(outputs(error, 0), [outputs(0, 0), outputs(byInput, 0)], outputs(byConstants, 0), WITH_RMS);
  const moves = { input: 2 ** -10, constants: 2 ** -8 };
  expect(await judged(2 ** -10, 0, 0)).toMatchObject({ asked: 0, found: { ok: true } });
  expect(await judged(2 ** -9, 0, 0)).toMatchObject({ asked: 1, found: { ok: false } });
  expect((await judged(3.4 * moves.input, moves.input, 0)).found.ok).toBe(true);
  // Constants are shaken by four floats, and folding moves them by less than one.
  expect((await judged(3.4 * moves.input, 0, moves.constants)).found.ok).toBe(true);
  const { found } = await judged(7 * moves.input, moves.input, moves.constants);
  const { decisive } = found;
  expect(found.ok).toBe(false);
  expect(decisive).toMatchObject({ name: "values", moved: moves.constants });
  expect(decisive.allowed).toBeCloseTo(3.5 * moves.input, 12);
  expect(decisive.rms).toBeCloseTo(2 * decisive.allowedRms!, 12);
  expect(excess(decisive)).toBeCloseTo(2, 9);
});

test("the rounding of a sigmoid is not questioned, that of a Softmax or of a logit is", () => {
  const tolerance: Tolerance = { name: "t", relative: 1, rms: 1e-3 };
  const judged = (kind: "probability" | "logit", last: number) => {
    const layout: OutputLayout = { output: "y", axis: 1, parts: [{ name: "values", kind, count: 3 }] };
    const of = (value: number): Tensors => new Map([["y", tensorOf("f64", [1, 3], [value, last, 0.5])]]);
    const input = { name: "noise", tensors: new Map() };
    const shaken = async (): Promise<ShakenOutputs> => ({ byInput: [of(0.5)], byConstants: [of(0.5)] });
    const expected = { input, outputs: of(0.5), shaken };
    return judgeOutput("y", expected, of(0.502).get("y")!, { layout, known: true }, { ...SUBJECT, tolerance });
  };
  // The root mean square is 1.1e-3 of a probability's unit and 2.3e-3 of the largest logit.
  return Promise.all([
    expect(judged("probability", 0.25)).resolves.toMatchObject({ ok: true }),
    expect(judged("probability", 0)).resolves.toMatchObject({ ok: false }),
    expect(judged("logit", 0.25)).resolves.toMatchObject({ ok: false }),
  ]);
});

test("errors are not judged together where nobody shook the constants, nor where the input tells nothing", async () => {
  const unknown = await judge(outputs(2 ** -5, 0), [outputs(0, 0)], undefined, WITH_RMS);
  expect(unknown).toMatchObject({ asked: 1, found: { ok: true } });
  const wild = outputs(0.375, 0);
  const wildly = await judge(outputs(0.5, 0), [wild, outputs(0, 0)], outputs(0, 0), WITH_RMS);
  expect(wildly.found).toMatchObject({ ok: true, decisive: { moved: 0.375, allowed: 3.75 } });
  expect(wildly.found.decisive).not.toHaveProperty("allowedRms");
});

test("of parts that are equally far the first decides", async () => {
  expect((await judge(outputs(0.125, 0.125))).found.decisive.name).toBe("values");
});

test("what is not finite is wrong however far the reference moves, and nothing is asked for it", async () => {
  const { found, asked } = await judge(outputs(Number.NaN, 0), [outputs(1, 1)]);
  expect(found).toMatchObject({ ok: false, nonFinite: 1, decisive: { name: "values" } });
  expect(asked).toBe(0);
  expect((await judge(outputs(Number.NaN, 0.5), [outputs(1, 1)])).found.ok).toBe(false);
});

const part = (rest: Partial<PartComparison>): PartComparison => ({
  ...{
    name: "values",
    kind: "other",
    maxAbs: 0,
    maxRel: 0,
    worst: -1,
    nonFinite: 0,
    nonFiniteReference: 0,
    rms: 0,
    allowed: 0,
  },
  ...rest,
});

test("no error is no excess, even of nothing that is allowed", () => {
  expect(excess(part({}))).toBe(0);
  expect(excess(part({ maxRel: 1 }))).toBe(Number.POSITIVE_INFINITY);
  expect(excess(part({ maxRel: 1, allowed: 4 }))).toBe(0.25);
  expect(excess(part({ nonFinite: 1, allowed: 4 }))).toBe(Number.POSITIVE_INFINITY);
});

test("a part tells something unless more had to be allowed than the widest", () => {
  expect(isTelling(part({ allowed: 1 }))).toBe(true);
  expect(isTelling(part({ moved: 0, allowed: 0.01 }))).toBe(true);
  expect(isTelling(part({ moved: 0, allowed: WIDEST }))).toBe(true);
  expect(isTelling(part({ moved: 0, allowed: 1.01 * WIDEST }))).toBe(false);
});
