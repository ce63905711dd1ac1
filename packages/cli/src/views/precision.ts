import type { KeptNode } from "@yolo-compile/compiler";
import type { DetectionVerdict, PictureDetections, PrecisionFindings } from "@yolo-compile/proof";
import { out } from "../colors.js";
import type { Terminal } from "../terminal.js";
import { line, some, tally } from "./text.js";

/** A precision in the document of `--json`. */
export const precisionDocument = ({ kind, lowered, kept, audited, rewriting, detections }: PrecisionFindings) => ({
  kind,
  lowered,
  kept: kept.map(({ node, cause, reason }) => ({ op: node.op, path: node.origin.path, cause, reason })),
  audited,
  rewriting: rewriting && { ok: rewriting.ok, tolerance: rewriting.tolerance, comparisons: rewriting.comparisons },
  detections,
});

/** Prints what has another precision, and what stays in float32 and why. */
export function printPrecision({ kind, lowered, kept, audited }: PrecisionFindings, terminal: Terminal): void {
  if (kind === "half-weights") {
    terminal.print(line("precision", `weights of ${lowered} nodes in float16, arithmetic in float32`));
    return;
  }
  const type = kind === "int8" ? "int8" : "float16";
  const measured = audited.length > 0 ? `measured on ${audited.length} inputs` : "nothing measured, as nothing runs";
  terminal.print(line("precision", `${lowered} nodes in ${type}, ${kept.length} in float32 (${measured})`));
  const rows = groupsOf(kept).map(({ where, cause, ops, worst }) => ["", where, cause, ops, worst.reason]);
  if (rows.length > 0) terminal.table({ head: ["", "float32 in", "by", "ops", "since"] }, rows);
}

/** The most ops that are listed of one place. */
const LISTED = 4;

/** The most places that are listed of one reason. */
const PLACES = 3;

/** Nodes that stay for one reason, or in one place for measurements of one kind, of which the largest is told. */
function groupsOf(kept: readonly KeptNode[]) {
  const groups = new Map<string, KeptNode[]>();
  for (const each of kept) {
    const key = JSON.stringify([each.cause, each.measured === undefined ? each.reason : each.node.origin.path]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((nodes) => {
    const [first] = nodes as [KeptNode];
    const ops = tally(nodes.map(({ node }) => node.op)).map(([op, count]) => (count > 1 ? `${count} ${op}` : op));
    const worst = nodes.reduce((a, b) => ((b.measured ?? 0) > (a.measured ?? 0) ? b : a));
    const places = [...new Set(nodes.map(({ node }) => node.origin.path))];
    return { where: some(places, PLACES), cause: first.cause, ops: some(ops, LISTED), worst };
  });
}

/** The verdict on detections, where there are objects to find: `the same 12 objects on 4 pictures`. */
export function detectionsInWords(verdict: DetectionVerdict | undefined): readonly string[] {
  if (!verdict || (verdict.ok && verdict.expected === 0)) return [];
  const { ok, expected, pictures, promise, closeShare } = verdict;
  const places = new Set(pictures.map(({ picture }) => picture)).size;
  const on = `on ${places} ${places === 1 ? "picture" : "pictures"}`;
  if (ok) return [`the same objects ${on}`];
  if (expected === 0) return [`no objects are found ${on}, so nothing is proven`];
  const sum = (of: (each: PictureDetections) => number): number => pictures.reduce((all, each) => all + of(each), 0);
  const counts = [
    [sum(({ comparison }) => comparison.missing.length), "lost"],
    [sum(({ comparison }) => comparison.extra.length), "new"],
  ] as const;
  const said = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} objects are ${what}`);
  const { mostly } = promise;
  const isFar = mostly !== undefined && closeShare < mostly.share;
  const far = isFar ? [`only ${(100 * closeShare).toFixed(0)} % of the boxes overlap by ${mostly.minIou}`] : [];
  return [`${[...said, ...far].join(", ") || "boxes or scores change too much"} ${on}`];
}

/** Prints whether the same objects are found. */
export function printDetections(
  { pictures, expected, promise, closeShare }: DetectionVerdict,
  terminal: Terminal,
): void {
  if (expected === 0) return;
  const { minIou, maxScoreDelta, mostly } = promise;
  const most = mostly && `, ${mostly.share} of them from ${mostly.minIou}: ${closeShare.toFixed(3)} are`;
  const bounds = `overlap from ${minIou}${most ?? ""}; scores within ${maxScoreDelta}`;
  terminal.print(line("objects", `against the plain graph's (${bounds})`));
  const head = ["", "picture", "on", "objects", "lost", "extra", "least overlap", "score moves", ""];
  terminal.table({ head }, pictures.map(row));
}

function row({ picture, provider, expected, comparison }: PictureDetections): string[] {
  const { missing, extra, worst, ok } = comparison;
  return [
    "",
    picture,
    provider,
    String(expected),
    String(missing.length),
    String(extra.length),
    worst.iou.toFixed(3),
    worst.scoreDelta.toExponential(1),
    ok ? out.green("ok") : out.red("FAILED"),
  ];
}
