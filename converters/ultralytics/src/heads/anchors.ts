import { isFixed, multiplySizes, type Size, type Tensor } from "@yolo-compile/core";
import { lazyConstant, scalar, type Value } from "@yolo-compile/ir";
import { concat, countUp, reshape, type Scope, split, strideOf } from "@yolo-compile/network";

/** The points from which boxes are measured, in cells, and the size of a cell in pixels. */
export interface Anchors {
  /** Cell centres: [1,2,anchors]. */
  readonly centers: Value;
  /** [1,1,anchors] */
  readonly strides: Value;
}

/** One anchor a pixel of each level's map, row by row. */
export function anchorsOf(scope: Scope, maps: readonly Value[]): Anchors {
  const levels = maps.map((x) => ({ h: x.type.shape[2]!, w: x.type.shape[3]!, stride: strideOf(scope, x) }));
  return levels.every(isFixedLevel) ? fixedAnchors(levels) : openAnchors(scope, levels);
}

interface Level<Side extends Size = Size> {
  readonly h: Side;
  readonly w: Side;
  readonly stride: number;
}

const isFixedLevel = (level: Level): level is Level<number> => isFixed(level.h) && isFixed(level.w);

/** Made when they are read. */
function fixedAnchors(levels: readonly Level<number>[]): Anchors {
  const count = levels.reduce((sum, { h, w }) => sum + h * w, 0);
  const made = (rows: number, hint: string, fill: (data: Float32Array) => void): Value => {
    const type = { dtype: "f32", shape: [1, rows, count] } as const;
    const read = (): Tensor => {
      const data = new Float32Array(rows * count);
      fill(data);
      return { ...type, data };
    };
    return lazyConstant({ ...type, read }, hint);
  };
  const each = (visit: (at: number, x: number, y: number, stride: number) => void): void => {
    let at = 0;
    for (const { h, w, stride } of levels)
      for (let cell = 0; cell < h * w; cell++) visit(at++, cell % w, Math.floor(cell / w), stride);
  };
  return {
    centers: made(2, "anchors", (data) =>
      each((at, x, y) => {
        data[at] = x + 0.5;
        data[count + at] = y + 0.5;
      }),
    ),
    strides: made(1, "strides", (data) =>
      each((at, _x, _y, stride) => {
        data[at] = stride;
      }),
    ),
  };
}

/** Computed by the graph. */
function openAnchors(scope: Scope, levels: readonly Level[]): Anchors {
  const centers = levels.map(({ h, w }) => {
    const along = (size: Size, shape: readonly Size[], hint: string): Value => {
      const middles = scope.op("Add", [countUp(scope, size, hint), scalar(0.5, "half")]);
      return scope.op("Expand", [reshape(scope, middles, shape)], { shape: [1, 1, h, w] });
    };
    const grid = concat(scope, [along(w, [1, 1, 1, w], "columns"), along(h, [1, 1, h, 1], "rows")], 1);
    return reshape(scope, grid, [1, 2, multiplySizes(h, w)]);
  });
  const strides = levels.map(({ h, w, stride }) =>
    scope.op("Expand", [scalar(stride, "stride")], { shape: [1, 1, multiplySizes(h, w)] }),
  );
  const joined = (parts: readonly Value[]): Value => (parts.length === 1 ? parts[0]! : concat(scope, parts, 2));
  return { centers: joined(centers), strides: joined(strides) };
}

/** The form of a head's boxes. */
export type BoxForm = "corners" | "center";

/** Distances to left, top, right, bottom, in cells, as boxes in pixels. sides: [n,4,anchors] -> [n,4,anchors] */
export function boxesOf(scope: Scope, sides: Value, { centers, strides }: Anchors, form: BoxForm): Value {
  const [near, far] = split(scope, sides, [2, 2], 1) as [Value, Value];
  const first = scope.op("Sub", [centers, near]);
  const second = scope.op("Add", [centers, far]);
  const parts = form === "corners" ? [first, second] : [middle(scope, first, second), scope.op("Sub", [second, first])];
  return scope.op("Mul", [concat(scope, parts, 1), strides]);
}

const middle = (scope: Scope, a: Value, b: Value): Value =>
  scope.op("Div", [scope.op("Add", [a, b]), scalar(2, "two")]);

/** As {@link boxesOf}, as centre and size; the centre is rotated about its anchor. angle: [n,1,anchors] */
export function rotatedBoxesOf(scope: Scope, sides: Value, angle: Value, { centers, strides }: Anchors): Value {
  const [near, far] = split(scope, sides, [2, 2], 1) as [Value, Value];
  const offset = scope.op("Div", [scope.op("Sub", [far, near]), scalar(2, "two")]);
  const [x, y] = split(scope, offset, [1, 1], 1) as [Value, Value];
  const [cos, sin] = [scope.op("Cos", [angle]), scope.op("Sin", [angle])];
  const times = (a: Value, b: Value): Value => scope.op("Mul", [a, b]);
  const turned = concat(
    scope,
    [scope.op("Sub", [times(x, cos), times(y, sin)]), scope.op("Add", [times(x, sin), times(y, cos)])],
    1,
  );
  const parts = [scope.op("Add", [turned, centers]), scope.op("Add", [near, far])];
  return times(concat(scope, parts, 1), strides);
}
