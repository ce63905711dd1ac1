import { isAtLeast, isFixed, multiplySizes, type Size } from "@yolo-compile/core";
import { fixedSize, integers, type Value } from "@yolo-compile/ir";
import { channelsOf, concat, permute, reshape, type Scope, split } from "@yolo-compile/network";
import { tooFewBoxes } from "../diagnostics.js";

/** The most boxes that a head without suppression gives. */
const MOST_BOXES = 300;

/**
 * The best boxes of each picture, as a head without suppression chooses them: the anchors of the best classes first, then
 * the best scores of those anchors, so that an anchor may come once for each of its classes. boxes: [n,4,anchors], scores:
 * [n,nc,anchors], extra: [n,e,anchors] -> [n,k,6+e]: box, score, label, extra
 */
export function chooseBest(scope: Scope, boxes: Value, scores: Value, extra: Value | undefined): Value {
  const [n, , anchors] = scores.type.shape as readonly [Size, Size, Size];
  const classes = channelsOf(scores);
  const k = choiceOf(scope, anchors);
  const rows = (x: Value): Value => permute(scope, x, [0, 2, 1]);
  const best = scope.op("ReduceMax", [scores], { axes: [1], keepdims: 0 });
  const [, likely] = scope.ops("TopK", [best], { axis: 1, k }) as [Value, Value];
  const taken = reshape(scope, gatherRows(scope, rows(scores), likely), [n, k * classes]);
  const [score, at] = scope.ops("TopK", [taken], { axis: 1, k }) as [Value, Value];
  const row = scope.op("Div", [at, integers([classes], "classes")]);
  const label = scope.op("Sub", [at, scope.op("Mul", [row, integers([classes], "classes")])]);
  const anchor = reshape(scope, gatherRows(scope, reshape(scope, likely, [n, k, 1]), row), [n, k]);
  const found = gatherRows(scope, rows(extra ? concat(scope, [boxes, extra], 1) : boxes), anchor);
  const column = (x: Value): Value => reshape(scope, x, [n, k, 1]);
  const chosen = [column(score), column(scope.op("Cast", [label], { to: "f32" }))];
  if (!extra) return concat(scope, [found, ...chosen], 2);
  const [box, rest] = split(scope, found, [4, fixedSize(extra, 1)], 2) as [Value, Value];
  return concat(scope, [box, ...chosen, rest], 2);
}

/** The number of boxes to choose. @throws ultralytics/open-size where that depends on the image's size */
function choiceOf(scope: Scope, anchors: Size): number {
  if (isFixed(anchors)) return Math.min(MOST_BOXES, anchors);
  if (!isAtLeast(anchors, MOST_BOXES)) throw tooFewBoxes(anchors, MOST_BOXES, scope.path);
  return MOST_BOXES;
}

/** The rows of each picture by their places. x: [n,rows,c], places: [n,k] -> [n,k,c] */
function gatherRows(scope: Scope, x: Value, places: Value): Value {
  const [n, rows] = x.type.shape as readonly [Size, Size, Size];
  const offsets = startsOf(scope, n, rows);
  const flat = n === 1 ? places : scope.op("Add", [places, offsets]);
  const joined = reshape(scope, x, [multiplySizes(n, rows), fixedSize(x, 2)]);
  return scope.op("Gather", [joined, flat], { axis: 0 });
}

/** The place of each picture's first row among those of all pictures: i64[n,1] */
function startsOf(scope: Scope, n: Size, rows: Size): Value {
  if (isFixed(n) && isFixed(rows)) {
    const starts = Array.from({ length: n }, (_, picture) => picture * rows);
    return reshape(scope, integers(starts, "starts"), [n, 1]);
  }
  const places = reshape(scope, scope.op("Range", [], { limit: [multiplySizes(n, rows)] }), [n, rows]);
  return scope.op("Slice", [places], { starts: [0], ends: [1], axes: [1] });
}
