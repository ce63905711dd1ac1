import { isFixed, multiplySizes, type Size, type Tensor, tensorOf } from "@yolo-compile/core";
import { constantValue, fixedSize, floats, integers, scalar, type Value } from "@yolo-compile/ir";
import { concat, permute, reshape, split } from "../nn.js";
import type { Scope } from "../trace.js";
import { openBatch } from "./diagnostics.js";
import type { Suppression } from "./ending.js";
import type { SplitBoxes } from "./split-boxes.js";

/** Boxes of different classes are moved apart by this many pixels, so that one pass suppresses within classes. */
const CLASS_DISTANCE = 7680;

/** What stays of each picture's boxes, best first, and how many these are. */
export interface Suppressed {
  /** [n,most,6 + coefficients]: corners, score, label, coefficients; rows of zeros behind those that stay. */
  readonly rows: Value;
  /** i64[n] */
  readonly count: Value;
}

/** What suppression chooses from, for all pictures. */
interface Candidates {
  /** [n,candidates,4], classes apart. */
  readonly boxes: Value;
  /** [n,1,candidates] */
  readonly scores: Value;
  /** Columns of which a row is put together, [n,…,…] each. */
  readonly sources: readonly Value[];
  /** The rows [k,6 + coefficients] of chosen candidates of one picture. chosen: i64[k], sources: [..,..] each */
  readonly rowsOf: (chosen: Value, sources: readonly Value[]) => Value;
}

/**
 * Suppression by the rules of yolov5 v7.0 utils/general.py non_max_suppression, without its limit of 30000 candidates. Boxes
 * are corners.
 */
export function suppressBoxes(scope: Scope, parts: SplitBoxes, rules: Suppression): Suppressed {
  const classes = fixedSize(parts.scores, 2);
  const all = rules.multiLabel && classes > 1 ? pairsOf(scope, parts, rules) : bestOf(scope, parts, rules);
  const boxes = pictures(scope, all.boxes);
  const scores = pictures(scope, all.scores);
  const sources = all.sources.map((source) => pictures(scope, source).map((each) => withoutBatch(scope, each)));
  const found = boxes.map((own, picture) => {
    const chosen = choose(scope, own, scores[picture]!, rules, `kept${picture}`);
    const rows = all.rowsOf(
      chosen,
      sources.map((source) => source[picture]!),
    );
    return { rows: padded(scope, rows, rules.maxDetections), count: lengthOf(scope, chosen, `kept${picture}`) };
  });
  const joined = (values: readonly Value[]): Value => (values.length === 1 ? values[0]! : concat(scope, values, 0));
  return { rows: joined(found.map(({ rows }) => rows)), count: joined(found.map(({ count }) => count)) };
}

/** A row once, by the first of its best classes. */
function bestOf(scope: Scope, { boxes, scores, coefficients }: SplitBoxes, { agnostic }: Suppression): Candidates {
  const [score, label] = scope.ops("TopK", [scores], { axis: 2, k: 1 }) as [Value, Value];
  const named = scope.op("Cast", [label], { to: "f32" });
  return {
    boxes: agnostic ? boxes : apart(scope, boxes, named),
    scores: permute(scope, score, [0, 2, 1]),
    sources: [concat(scope, [boxes, score, named, ...(coefficients ? [coefficients] : [])], 2)],
    rowsOf: (chosen, [table]) => scope.op("Gather", [table, chosen], { axis: 0 }),
  };
}

/** A row for each of its classes. */
function pairsOf(scope: Scope, { boxes, scores, coefficients }: SplitBoxes, { agnostic }: Suppression): Candidates {
  const [n, rows] = scores.type.shape as readonly [Size, Size, Size];
  const classes = fixedSize(scores, 2);
  const all = multiplySizes(rows, classes);
  const labels = constantValue(labelTensor(classes), "labels");
  const each = reshape(scope, boxes, [n, rows, 1, 4]);
  const spread = agnostic ? scope.op("Expand", [each], { shape: [n, rows, classes, 4] }) : apart(scope, each, labels);
  const flat = reshape(scope, scores, [n, 1, all]);
  const perRow = integers([classes], "classes");
  const column = (x: Value): Value => scope.op("Unsqueeze", [x], { axes: [1] });
  return {
    boxes: reshape(scope, spread, [n, all, 4]),
    scores: flat,
    sources: [boxes, reshape(scope, scores, [n, all]), ...(coefficients ? [coefficients] : [])],
    rowsOf: (chosen, [ownBoxes, ownScores, ...others]) => {
      const row = scope.op("Div", [chosen, perRow]);
      const label = scope.op("Sub", [chosen, scope.op("Mul", [row, perRow])]);
      const at = (x: Value | undefined, places: Value): Value => scope.op("Gather", [x, places], { axis: 0 });
      const columns = [
        at(ownBoxes, row),
        column(at(ownScores, chosen)),
        column(scope.op("Cast", [label], { to: "f32" })),
      ];
      return concat(scope, [...columns, ...others.map((other) => at(other, row))], 1);
    },
  };
}

/** 0, 1, 2, … of each class: [classes,1] */
const labelTensor = (classes: number): Tensor => tensorOf("f32", [classes, 1], [...Array(classes).keys()]);

/** boxes + class * distance */
const apart = (scope: Scope, boxes: Value, labels: Value): Value =>
  scope.op("Add", [boxes, scope.op("Mul", [labels, scalar(CLASS_DISTANCE, "distance")])]);

/** The candidates of one picture that stay, best first: i64[kept]. boxes: [1,c,4], scores: [1,1,c] */
function choose(scope: Scope, boxes: Value, scores: Value, rules: Suppression, kept: string): Value {
  const limits = [
    constantValue({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(rules.maxDetections)) }, "most"),
    scalar(floatBelow(rules.iou), "iou"),
    scalar(rules.confidence, "confidence"),
  ];
  const chosen = scope.op("NonMaxSuppression", [boxes, scores, ...limits], { count: kept });
  const place = constantValue({ dtype: "i64", shape: [], data: BigInt64Array.of(2n) }, "place");
  return scope.op("Gather", [chosen, place], { axis: 1 });
}

/** The largest float32 that is not above a number: x > number just where x > it, for every float32 x. */
function floatBelow(value: number): number {
  const near = Math.fround(value);
  if (near <= value) return near;
  const bits = new Uint32Array(Float32Array.of(near).buffer);
  bits[0] = bits[0]! - 1; // towards zero, since it is above a number from 0 on
  return new Float32Array(bits.buffer)[0]!;
}

/** The rows, then zeros, `most` in all. rows: [kept,columns] -> [1,most,columns] */
function padded(scope: Scope, rows: Value, most: number): Value {
  const columns = fixedSize(rows, 1);
  const zeros = floats(Array<number>(most * columns).fill(0), [most, columns], "zeros");
  const longer = concat(scope, [rows, zeros], 0);
  const cut = scope.op("Slice", [longer], { starts: [0], ends: [most], axes: [0] });
  return reshape(scope, cut, [1, most, columns]);
}

/** i64[1] */
function lengthOf(scope: Scope, chosen: Value, kept: string): Value {
  const [length] = chosen.type.shape;
  if (length === undefined) throw new Error(`${kept} is a vector`);
  const ones = scope.op("Expand", [integers([1], "one")], { shape: [length] });
  return scope.op("ReduceSum", [ones], { axes: [0] });
}

/** [n,…] -> n of [1,…]. @throws network/open-size where n is open */
function pictures(scope: Scope, x: Value): readonly Value[] {
  const [n = 1] = x.type.shape;
  if (!isFixed(n)) throw openBatch(scope.path);
  return n === 1 ? [x] : split(scope, x, Array<number>(n).fill(1), 0);
}

const withoutBatch = (scope: Scope, x: Value): Value => scope.op("Squeeze", [x], { axes: [0] });
