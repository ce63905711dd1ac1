import type { Report } from "./report.js";

/** One judged thing, in the form of lists of tests and warnings. */
export interface Finding {
  readonly kind: FindingKind;
  readonly name: string;
  /** The yaml row, the value or the picture. */
  readonly place: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** The reason of a failure or skip, or else the closeness to the tolerance. */
  readonly text: string;
}

/** The problem that each kind of finding reports. */
export const FINDING_KINDS = {
  verdict: "The candidate does not compute what the reference computes",
  outputs: "An output differs from the reference by more than the tolerance",
  layers: "The output of a yaml row differs from the reference by more than the tolerance",
  pictures: "The detections on a picture changed",
  bisection: "A rewrite changes what the graph computes",
  divergence: "A yaml row is the first that the candidate computes otherwise",
  "self-test": "A deliberate fault was not noticed",
} as const;

/** The check that a finding comes from. */
export type FindingKind = keyof typeof FINDING_KINDS;

const figures = ({ maxAbs, maxRel }: { readonly maxAbs: number; readonly maxRel: number }, unit = "scale"): string =>
  `largest error ${maxAbs.toExponential(2)}, ${maxRel.toExponential(2)} of ${unit}`;

/** Everything in a report that passed, failed or was skipped. */
export const findingsOf = (report: Report): readonly Finding[] => [
  verdictFinding(report),
  ...outputFindings(report),
  ...layerFindings(report),
  ...pictureFindings(report),
  ...bisectionFindings(report),
  ...divergenceFindings(report),
  ...mutantFindings(report),
];

const verdictFinding = ({ title, verdict }: Report): Finding => ({
  kind: "verdict",
  name: title,
  place: title,
  outcome: verdict.ok ? "passed" : "failed",
  text: `${verdict.text}; ${verdict.words}`,
});

function outputFindings({ checks }: Report): Finding[] {
  return checks.map((check): Finding => {
    const { input, output, provider, runtimeLevel } = check;
    const name = `${output} of ${input} on ${provider}, runtime rewrites ${runtimeLevel}`;
    const subject = { kind: "outputs", name, place: output } as const;
    if (check.status === "skipped") return { ...subject, outcome: "skipped", text: check.reason };
    const sick = check.nonFinite > 0 ? `, ${check.nonFinite} elements not finite` : "";
    const allowed = `, ${check.tolerance.relative} is allowed (${check.tolerance.name})`;
    return {
      ...subject,
      outcome: check.ok ? "passed" : "failed",
      text: `${check.part}: ${figures(check, check.unit)}${allowed}${sick}`,
    };
  });
}

function layerFindings({ layers }: Report): Finding[] {
  if (!layers) return [];
  return layers.rows.map((row): Finding => {
    const subject = { kind: "layers", name: `${row.where} ${row.module}`, place: row.where } as const;
    if (row.status === "uncovered") return { ...subject, outcome: "skipped", text: row.reason };
    const allowed = `, ${layers.tolerance.relative} is allowed (${layers.tolerance.name})`;
    return { ...subject, outcome: row.ok ? "passed" : "failed", text: figures(row) + allowed };
  });
}

const pictureFindings = ({ pictures = [] }: Report): Finding[] =>
  pictures.map(({ name, matched, missing, extra, classChanges, orderChanges, ok }) => ({
    kind: "pictures",
    name,
    place: name,
    outcome: ok ? "passed" : "failed",
    text: `${matched} boxes the same, ${missing} missing, ${extra} extra, ${classChanges} of another class, ${orderChanges} in another order`,
  }));

function bisectionFindings({ bisection }: Report): Finding[] {
  if (!bisection) return [];
  const { pass, rewrite, node, where } = bisection;
  const text = `rewrite ${rewrite.number}, ${rewrite.rule} in the pass ${pass}, at ${node.op} ${node.path}: ${figures(bisection)}`;
  return [{ kind: "bisection", name: `${rewrite.rule} at ${node.path}`, place: where, outcome: "failed", text }];
}

function divergenceFindings({ divergence }: Report): Finding[] {
  if (!divergence) return [];
  const { index, module, where, node } = divergence;
  const inside = node ? `, first at ${node.op} ${node.path}, which should be ${node.nearest}` : "";
  const text = `${figures(divergence)}${inside}`;
  return [{ kind: "divergence", name: `row ${index}, ${module}`, place: where, outcome: "failed", text }];
}

const mutantFindings = ({ mutants = [] }: Report): Finding[] =>
  mutants.map(({ name, where, verdict, by }) => ({
    kind: "self-test",
    name: `${name} in ${where}`,
    place: where,
    outcome: verdict === "caught" ? "passed" : verdict === "survived" ? "failed" : "skipped",
    text: verdict === "equivalent" ? `no fault: ${by}` : by,
  }));
