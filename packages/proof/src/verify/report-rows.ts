import type {
  Bisection,
  BudgetRow,
  Check,
  FoundBox,
  MutantRow,
  PictureFinding,
  Divergence as ReportedDivergence,
} from "@yolo-compile/report";
import { type Difference, describeUnit, type OutputComparison, type Tolerance } from "@yolo-compile/runtime";
import { classLabel, type DetectedObjects, encodeImage } from "@yolo-compile/vision";
import type { JudgedMutant, MutantOutcome, Sighting } from "../self-test/index.js";
import type { Culprit } from "./bisect.js";
import type { PictureComparison } from "./compare-pictures.js";
import type { Divergence } from "./divergence.js";
import type { BudgetEntry } from "./error-budget.js";

/** The report's row for one comparison of one output. */
export const checkOf = ({
  input,
  output,
  level,
  provider,
  tolerance,
  nonFinite,
  decisive,
  ok,
}: OutputComparison): Check => ({
  status: "compared",
  input,
  output,
  part: decisive.name,
  unit: describeUnit(decisive.kind),
  allowed: decisive.allowed,
  runtimeLevel: level === "disabled" ? "off" : "on",
  provider,
  tolerance: decisive.moved === undefined ? tolerance : { name: "what last bits do", relative: decisive.allowed },
  maxAbs: decisive.maxAbs,
  maxRel: decisive.maxRel,
  nonFinite,
  ok,
});

/** The report's section about the rewrite that bisecting found. */
export function bisectionOf(
  { pass, rewrite, number, difference, value, layer }: Culprit,
  tolerance: Tolerance,
): Bisection {
  return {
    pass,
    rewrite: { rule: rewrite.rule, number },
    node: { op: rewrite.ops[0] ?? "", path: rewrite.paths[0] ?? value?.hint ?? "" },
    where: layer?.where ?? "no yaml row",
    tolerance,
    maxAbs: difference.maxAbs,
    maxRel: difference.maxRel,
  };
}

/** The report's section about the place where a model of another tool differs. */
export function divergenceOf({ layer, difference, node }: Divergence, tolerance: Tolerance): ReportedDivergence {
  const figures = ({ maxAbs, maxRel }: Difference) => ({ maxAbs, maxRel });
  return {
    index: layer.row,
    module: layer.module,
    where: layer.where,
    tolerance,
    ...figures(difference),
    ...(node && { node: { op: node.op, path: node.path, nearest: node.nearest, ...figures(node.difference) } }),
  };
}

/** The report's row for one cause of the difference. */
export function budgetOf(entry: BudgetEntry): BudgetRow {
  const subject = { cause: entry.cause, comparedTo: entry.sides, whatIf: entry.whatIf };
  return "skipped" in entry
    ? { ...subject, status: "skipped", reason: entry.skipped }
    : { ...subject, status: "measured", maxAbs: entry.maxAbs, maxRel: entry.maxRel };
}

/** The report's row for one deliberate fault. */
export function mutantOf({ operator, where, change, outcome }: JudgedMutant): MutantRow {
  const subject = { name: operator, where: `${where}: ${change}` };
  const maxRel = "sighting" in outcome ? outcome.sighting.maxRel : 0;
  return { ...subject, ...MUTANT_VERDICTS[outcome.kind](outcome as never), maxRel }; // the table's key is the outcome's kind
}

const MUTANT_VERDICTS = {
  caught: ({ sighting }) => ({ verdict: "caught", by: placeOf(sighting) }),
  survived: ({ sighting }) => ({ verdict: "survived", by: `at most ${placeOf(sighting)}` }),
  equivalent: ({ proof }) => ({ verdict: "equivalent", by: proof }),
  indistinguishable: () => ({ verdict: "equivalent", by: "every output is the same, bit for bit, on every input" }),
  faint: ({ share }) => ({
    verdict: "equivalent",
    by: `no part moves further than ${Math.ceil(100 * share)} % of what other last bits of the weights do`,
  }),
  refused: ({ reason }) => ({ verdict: "caught", by: `ONNX Runtime refuses it: ${reason}` }),
} as const satisfies {
  readonly [Kind in MutantOutcome["kind"]]: (
    verdict: Extract<MutantOutcome, { readonly kind: Kind }>,
  ) => Pick<MutantRow, "verdict" | "by">;
};

const placeOf = ({ output, part, input }: Sighting): string => `${output} (${part}), ${input}`;

/** The report's entry for one picture, with the detections of both models. */
export async function pictureOf(
  { picture, reference, candidate, comparison }: PictureComparison,
  names: readonly string[],
): Promise<PictureFinding> {
  const { image, name } = picture;
  const { matched, missing, extra, classChanges, orderChanges, worst, ok } = comparison;
  return {
    name,
    width: image.width,
    height: image.height,
    jpeg: await encodeImage(image, "picture.jpg"),
    reference: boxesOf(reference, names),
    candidate: boxesOf(candidate, names),
    matched: matched.length,
    missing: missing.length,
    extra: extra.length,
    classChanges: classChanges.length,
    orderChanges: orderChanges.length,
    ...(matched.length > 0 && {
      worst: {
        maxScoreDelta: worst.scoreDelta,
        minIou: worst.iou,
        ...(worst.maskIou !== undefined && { minMaskIou: worst.maskIou }),
      },
    }),
    ok,
  };
}

const boxesOf = ({ detections }: DetectedObjects, names: readonly string[]): FoundBox[] =>
  detections.map(({ box: [x1, y1, x2, y2], score, classIndex }) => ({
    x1,
    y1,
    x2,
    y2,
    score,
    label: classLabel(names, classIndex),
  }));
