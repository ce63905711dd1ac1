import { productOf, type Size, tensorOf } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { channelsOf, concat, permute, reshape, type Scope, strideOf } from "@yolo-compile/network";
import { FAMILY, type MapDecoding } from "../decode-maps.js";
import { type Anchors, anchorsOf, boxesOf, rotatedBoxesOf } from "./anchors.js";
import { answerOf, tellAnswer } from "./answer.js";
import { branchMaps, joinLevels, lightBranch, SECOND, wideBranch } from "./branches.js";
import { chooseBest } from "./choose-best.js";

/** A head's row of the yaml. */
export interface HeadRow {
  readonly nc: number;
  /** Bins of a distance; 1 for a distance that is a number. */
  readonly regMax: number;
  /** Whether the head has two copies of its branches. */
  readonly twice: boolean;
  /** Whether the branches of classes are those of YOLOv8. */
  readonly legacy: boolean;
}

/** The part of a head besides boxes and classes. */
export interface Task {
  /** Logits of the further numbers of a box, [n,e,anchors], from the branches whose names begin with `prefix`. */
  readonly branch: (scope: Scope, inputs: readonly Value[], prefix: string) => Value;
  /** The logits in pixels, probabilities or angles. */
  readonly decode: (scope: Scope, logits: Value, anchors: Anchors) => Value;
  /** Whether boxes are rotated by the angles that `decode` gives. */
  readonly rotates?: boolean;
}

interface Logits {
  /** [n,4*bins,h,w] and [n,nc,h,w] of each level. */
  readonly maps: readonly (readonly [sides: Value, classes: Value])[];
  readonly sides: Value;
  readonly classes: Value;
  readonly extra: Value | undefined;
}

function logitsOf(
  scope: Scope,
  inputs: readonly Value[],
  row: HeadRow,
  task: Task | undefined,
  prefix: string,
): Logits {
  const first = channelsOf(inputs[0]!);
  const boxWidth = Math.max(16, Math.floor(first / 4), 4 * row.regMax);
  const classWidth = Math.max(first, Math.min(row.nc, 100));
  const classBranch = (row.legacy ? wideBranch : lightBranch)(classWidth, row.nc);
  const sides = branchMaps(scope, `${prefix}cv2`, inputs, wideBranch(boxWidth, 4 * row.regMax));
  const classes = branchMaps(scope, `${prefix}cv3`, inputs, classBranch);
  return {
    maps: sides.map((own, level) => [own, classes[level]!]),
    sides: joinLevels(scope, sides),
    classes: joinLevels(scope, classes),
    extra: task?.branch(scope, inputs, prefix),
  };
}

/** The mean of a distance's bins, by their probabilities. x: [n,4*bins,anchors] -> [n,4,anchors] */
function expectedSides(scope: Scope, x: Value, bins: number): Value {
  const module = scope.child("dfl");
  if (bins === 1) return x;
  const inner = module.child("conv");
  const [n, , anchors] = x.type.shape as readonly [Size, Size, Size];
  const sides = permute(module, reshape(module, x, [n, 4, bins, anchors]), [0, 2, 1, 3]);
  const weight = inner.frozen("weight", tensorOf("f32", [1, bins, 1, 1], [...Array(bins).keys()]));
  const attributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const mean = inner.op("Conv", [module.op("Softmax", [sides], { axis: 1 }), weight], attributes);
  inner.macs(productOf([n, 4, anchors, bins]));
  return reshape(module, mean, [n, 4, anchors]);
}

const UNUSED = "they are of the head that does not answer";

/**
 * Boxes, classes and what the task adds: [n,4 + nc + e,anchors], or what is chosen of them, [n,k,6 + e].
 * ultralytics 8.4 nn/modules/head.py Detect
 */
export function detect(scope: Scope, inputs: readonly Value[], row: HeadRow, task?: Task): Value {
  const answer = answerOf(scope, row.twice);
  tellAnswer(scope, answer);
  const { hasFirst, hasSecond, end2end } = answer;
  const [answering, other] = end2end ? [SECOND, ""] : ["", SECOND];
  const logits = logitsOf(scope, inputs, row, task, answering);
  if (end2end ? hasFirst : hasSecond)
    scope.unused(UNUSED, () => {
      logitsOf(scope, inputs, row, task, other);
    });
  const anchors = anchorsOf(scope, inputs);
  const sides = expectedSides(scope, logits.sides, row.regMax);
  const scores = scope.op("Sigmoid", [logits.classes]);
  const extra = task && logits.extra && task.decode(scope, logits.extra, anchors);
  const boxes =
    task?.rotates && extra
      ? rotatedBoxesOf(scope, sides, extra, anchors)
      : boxesOf(scope, sides, anchors, end2end ? "corners" : "center");
  scope.trace.end2end = end2end;
  if (end2end) return chooseBest(scope, boxes, scores, extra);
  return concat(scope, [boxes, scores, ...(extra ? [extra] : [])], 1);
}

const GIVEN = "the maps are given as they are before it";

/**
 * The maps of each level, [n,4*bins + nc,h,w], before the sigmoid of classes or after it, where the ending asks for these; undefined
 * where it does not, or where the answer is that of the head without suppression.
 */
export function detectMaps(scope: Scope, inputs: readonly Value[], row: HeadRow): readonly Value[] | undefined {
  const answer = answerOf(scope, row.twice);
  if (answer.end2end) return undefined;
  const wanted = scope.wantedMaps(
    (): MapDecoding => ({
      family: FAMILY,
      classes: row.nc,
      bins: row.regMax,
      strides: inputs.map((x) => strideOf(scope, x)),
    }),
  );
  if (!wanted) return undefined;
  tellAnswer(scope, answer);
  const logits = logitsOf(scope, inputs, row, undefined, "");
  if (answer.hasSecond)
    scope.unused(UNUSED, () => {
      logitsOf(scope, inputs, row, undefined, SECOND);
    });
  scope.unused(GIVEN, () => {
    expectedSides(scope, logits.sides, row.regMax);
  });
  return logits.maps.map(([sides, classes]) =>
    concat(scope, [sides, wanted === "sigmoid" ? scope.op("Sigmoid", [classes]) : classes], 1),
  );
}
