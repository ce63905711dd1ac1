import type { PictureFinding } from "../picture-finding.js";
import type { Check, DiagramRow, LayerRow, NodeDiagram, Report, RowIdentity } from "../report.js";

const FOLD = { name: "FOLD", relative: 1e-4 };

const check = (input: string, runtimeLevel: "off" | "on", maxRel: number, ok = maxRel <= FOLD.relative): Check => ({
  status: "compared",
  input,
  output: "output0",
  runtimeLevel,
  provider: "cpu",
  tolerance: FOLD,
  part: "objectness",
  unit: "4p(1-p)",
  allowed: FOLD.relative,
  maxAbs: maxRel * 25,
  maxRel,
  nonFinite: Number.isFinite(maxRel) ? 0 : 3,
  ok,
});

const row = (index: number, module: string, from: readonly number[], shape: readonly number[]): RowIdentity => ({
  index,
  module,
  where: index < 2 ? `backbone[${index}]` : `head[${index - 2}]`,
  from,
  shapes: [shape],
});

const ROWS = [
  row(0, "Conv", [-1], [1, 8, 16, 16]),
  row(1, "Conv", [0], [1, 16, 8, 8]),
  row(2, "nn.Upsample", [1], [1, 16, 16, 16]),
  row(3, "Concat", [2, 0], [1, 24, 16, 16]),
];

const compared = (subject: RowIdentity, maxRel: number): LayerRow => ({
  ...subject,
  status: "compared",
  maxAbs: maxRel * 8,
  maxRel,
  nonFinite: 0,
  statistics: { mean: 0.25, std: 1.5, min: -0.25, max: 9 },
  ok: maxRel <= FOLD.relative,
});

const convolution = (path: string, folded: boolean): NodeDiagram =>
  folded
    ? {
        nodes: [
          { id: "0", op: "Conv", path: `${path}.conv`, rules: ["fold-batch-norm"] },
          { id: "1", op: "Sigmoid", path: `${path}.act`, rules: [] },
        ],
        edges: [["0", "1"]],
      }
    : {
        nodes: [
          { id: "0", op: "Conv", path: `${path}.conv`, rules: [] },
          { id: "1", op: "BatchNormalization", path: `${path}.bn`, rules: [] },
          { id: "2", op: "Sigmoid", path: `${path}.act`, rules: [] },
        ],
        edges: [
          ["0", "1"],
          ["1", "2"],
        ],
      };

const single = (op: string, path: string): NodeDiagram => ({ nodes: [{ id: "0", op, path, rules: [] }], edges: [] });

function diagramOf(subject: RowIdentity): DiagramRow {
  const path = `model.${subject.index}`;
  if (subject.module === "Conv")
    return { ...subject, before: convolution(path, false), after: convolution(path, true) };
  const op = subject.module === "Concat" ? "Concat" : "Resize";
  return { ...subject, before: single(op, path), after: single(op, path) };
}

/** The start of a JPEG file: enough for a renderer that only embeds it. */
const JPEG = Uint8Array.of(255, 216, 255, 224);

const box = { x1: 4, y1: 5, x2: 20.5, y2: 30.25, score: 0.875, label: "star" };

const picture: PictureFinding = {
  name: "crowd.jpg",
  width: 64,
  height: 48,
  jpeg: JPEG,
  reference: [box, { ...box, x1: 30, x2: 50, label: "cross" }],
  candidate: [{ ...box, x2: 20.6, score: 0.874 }],
  matched: 1,
  missing: 1,
  extra: 0,
  classChanges: 0,
  orderChanges: 0,
  worst: { maxScoreDelta: 1e-3, minIou: 0.994, minMaskIou: 0.9 },
  ok: false,
};

/** A report with every section, small enough to read. */
export const sampleReport = (): Report => ({
  tool: { name: "yolo-compile", version: "0.1.0" },
  title: "the plain graph against the optimised graph of sample",
  verdict: {
    ok: false,
    text: "the optimised graph does not compute what the plain graph computes",
    words: "FAILED: differs by 8.0e-4 of 4p(1-p) (objectness), 8.0 times more than allowed, in 1 of 3 comparisons",
  },
  models: [
    {
      role: "reference",
      name: "plain",
      bytes: 1_890_926,
      sha256: "97b5".repeat(16),
      opset: 17,
      nodes: 302,
      parameters: 449_587,
      gflops: 1.1857,
      ops: [
        ["Conv", 60],
        ["BatchNormalization", 57],
      ],
    },
    {
      role: "candidate",
      name: "optimised",
      bytes: 1_842_053,
      sha256: "f05d".repeat(16),
      opset: 17,
      nodes: 222,
      parameters: 447_211,
      gflops: 1.1857,
      ops: [
        ["Conv", 60],
        ["Add", 1],
      ],
    },
  ],
  run: {
    command: "yolo-compile verify sample.pt --budget",
    started: "2026-01-02T03:04:05.678Z",
    elapsedMs: 2340,
    files: [{ name: "sample.pt", bytes: 1_071_879, sha256: "c0de".repeat(16) }],
  },
  environment: [["ONNX Runtime", "1.30.0"]],
  checks: [
    check("noise (seed 1)", "off", 1.78e-6),
    check("noise (seed 1)", "on", 2.01e-6),
    check("zeros", "off", 3.2e-3),
    { status: "skipped", input: "ones", output: "output0", runtimeLevel: "on", provider: "cuda", reason: "no cuda" },
  ],
  layers: {
    input: "noise (seed 1)",
    provider: "cpu",
    tolerance: FOLD,
    rows: [
      compared(ROWS[0]!, 3.9e-7),
      compared(ROWS[1]!, 2e-3),
      compared(ROWS[2]!, 0),
      { ...ROWS[3]!, status: "uncovered", reason: "its value is fused away" },
    ],
  },
  bisection: {
    pass: "fold",
    rewrite: { rule: "fold-batch-norm", number: 2 },
    node: { op: "Conv", path: "model.1.conv" },
    where: "backbone[1]",
    tolerance: FOLD,
    maxAbs: 1.6e-2,
    maxRel: 2e-3,
    reproducer: "out/reproducer",
  },
  budget: [
    {
      cause: "fold",
      comparedTo: "plain against folded",
      status: "measured",
      whatIf: false,
      maxAbs: 4e-5,
      maxRel: 1.78e-6,
    },
    { cause: "TF32", comparedTo: "with against without", status: "skipped", whatIf: true, reason: "cpu has no TF32" },
  ],
  pictures: [picture],
  network: { rows: ROWS.map(diagramOf) },
  mutants: [
    { name: "drop-bias", where: "model.1.conv/Conv", verdict: "caught", by: "outputs: output0", maxRel: 0.95 },
    { name: "cut-padding", where: "model.0.conv/Conv", verdict: "equivalent", by: "nothing reaches it", maxRel: 0 },
    { name: "nudge-bias", where: "model.0.conv/Conv", verdict: "survived", by: "at most output0", maxRel: 2e-5 },
  ],
  notes: [
    {
      code: "verify/renamed",
      severity: "note",
      message: "matched by position: images = x",
      where: "images",
      hint: "give both the same name",
    },
  ],
});
