import type { OutputPart, PartName } from "@yolo-compile/core";
import { scalar, type Value } from "@yolo-compile/ir";
import type { UnnamedLayout } from "../definition.js";
import { concat, permute, split } from "../nn.js";
import type { Scope } from "../trace.js";
import { noBoxes } from "./diagnostics.js";
import type { BoxForm } from "./ending.js";

/** Decoded boxes, part by part; each is [n,boxes,…]. */
export interface SplitBoxes {
  /** In pixels, of the asked form. */
  readonly boxes: Value;
  /** A score for each class: objectness, where the family has one, times class score. */
  readonly scores: Value;
  /** Mask coefficients, times objectness as YOLOv5's suppression has them. */
  readonly coefficients?: Value;
}

/** The layout of boxes of a form. */
export const boxParts = (form: BoxForm): readonly OutputPart[] =>
  form === "xyxy"
    ? [{ name: "corners", kind: "pixels", count: 4 }]
    : [
        { name: "center", kind: "pixels", count: 2 },
        { name: "size", kind: "pixels", count: 2 },
      ];

/**
 * Takes decoded boxes apart. x: rows [n,boxes,columns] or columns [n,columns,boxes], by the layout's axis.
 * @throws network/head where they are no upright boxes with a score for each class
 */
export function splitBoxes(scope: Scope, x: Value, layout: UnnamedLayout, form: BoxForm): SplitBoxes {
  if (!hasScoredBoxes(x, layout)) throw noBoxes(layout.parts.map(({ name }) => name));
  const parts = partsOf(scope, layout.axis === 1 ? permute(scope, x, [0, 2, 1]) : x, layout);
  const weight = parts.get("objectness");
  const weighed = (value: Value): Value => (weight ? scope.op("Mul", [value, weight]) : value);
  const masks = parts.get("masks");
  return {
    boxes: boxesOf(scope, parts, form),
    scores: weighed(parts.get("classes")!), // as just checked
    ...(masks && { coefficients: weighed(masks) }),
  };
}

/** Whether the output is a list of upright boxes that have a score for each class, and perhaps masks. */
function hasScoredBoxes({ type: { shape } }: Value, { axis, parts }: UnnamedLayout): boolean {
  const names = parts.map(({ name }) => name);
  const has = (...wanted: readonly PartName[]): boolean => wanted.every((name) => names.includes(name));
  const columns = parts.reduce((sum, { count }) => sum + count, 0);
  const fits = shape.length === 3 && shape[axis] === columns;
  // Boxes apart from their angle or their points would be another answer.
  const isWhole = !has("rotation") && !has("keypoints");
  return fits && has("classes") && isWhole && (has("corners") || has("center", "size"));
}

function partsOf(scope: Scope, rows: Value, { parts }: UnnamedLayout): ReadonlyMap<PartName, Value> {
  const sizes = parts.map(({ count }) => count);
  const values = split(scope, rows, sizes, 2);
  return new Map(parts.map(({ name }, index) => [name, values[index]!]));
}

/** Corners = centre -+ size/2; centre = (first + second) / 2, size = second - first. */
function boxesOf(scope: Scope, parts: ReadonlyMap<PartName, Value>, form: BoxForm): Value {
  const half = (value: Value): Value => scope.op("Div", [value, scalar(2, "two")]);
  const corners = parts.get("corners");
  if (corners && form === "xyxy") return corners;
  if (corners) {
    const [first, second] = split(scope, corners, [2, 2], 2) as [Value, Value];
    const center = half(scope.op("Add", [first, second]));
    return concat(scope, [center, scope.op("Sub", [second, first])], 2);
  }
  const [center, size] = [parts.get("center")!, parts.get("size")!];
  if (form === "xywh") return concat(scope, [center, size], 2);
  const reach = half(size);
  return concat(scope, [scope.op("Sub", [center, reach]), scope.op("Add", [center, reach])], 2);
}
