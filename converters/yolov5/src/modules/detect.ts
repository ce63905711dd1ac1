import { isFixed, productOf, type Size, type Tensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import { constantValue, fixedSize, lazyConstant, scalar, type Value } from "@yolo-compile/ir";
import {
  type Arguments,
  argumentError,
  asNumber,
  channelsOf,
  concat,
  conv2d,
  convBnAct,
  countUp,
  defineModule,
  mapSizes,
  moduleTable,
  type PlanContext,
  type PyValue,
  permute,
  type RowPlan,
  reshape,
  type Scope,
  split,
  strideOf,
  type UnnamedLayout,
  upsample,
} from "@yolo-compile/network";
import { anchorRows } from "../anchors.js";
import { FAMILY, type MapDecoding } from "../decode-maps.js";
import { BOX_COLUMNS, boxLayout, mapLayout, prototypeLayout } from "../layout.js";
import { boxesOfLevel, decodeBest } from "./decode-best.js";

interface Head {
  readonly nc: number;
  /** Outputs an anchor: box, objectness, classes, mask coefficients. */
  readonly no: number;
  readonly masks: number;
  /** Anchors as the yaml gives them, pixels: [levels][anchors * 2]. */
  readonly anchors: readonly (readonly number[])[];
}

/** The most anchors of one level; YOLOv5 has 3 or 4. */
const MOST_ANCHORS = 100;

/** Rows of anchors; a bare count makes the numbers 0, 1, 2, … as parse_model does. */
function planAnchors(context: PlanContext): PyValue {
  const anchors = context.args[1];
  if (typeof anchors !== "number") return anchors ?? null;
  if (anchors < 1 || anchors > MOST_ANCHORS)
    throw argumentError(context.module, "anchors", anchors, `a count from 1 to ${MOST_ANCHORS}`, context.where);
  const row = Array.from({ length: anchors * 2 }, (_, index) => index);
  return context.inputs.map(() => row);
}

const planDetect = (context: PlanContext): RowPlan => ({
  args: [context.args[0] ?? null, planAnchors(context), [...context.inputs]],
  channels: context.inputs[0]!,
  copies: 1,
});

function planSegment(context: PlanContext): RowPlan {
  const [nc = null, , masks = 32, prototypes = 256] = context.args;
  const wanted = asNumber(prototypes);
  if (wanted === undefined) throw argumentError(context.module, "npr", prototypes, "an integer", context.where);
  const scaled = context.scaledChannels(wanted);
  return {
    args: [nc, planAnchors(context), masks, scaled, [...context.inputs]],
    channels: context.inputs[0]!,
    copies: 1,
  };
}

/** The anchors of a row, as its plan has them. */
const planned = (a: Arguments<"nc" | "anchors">): readonly (readonly (number | undefined)[])[] =>
  anchorRows(a.value("anchors") ?? null);

function readHead(a: Arguments<"nc" | "anchors">, masks: number, levels: number): Head {
  const nc = a.int("nc");
  if (nc < 1) throw a.error("nc", "a number of classes from 1 on");
  const anchors = planned(a);
  const pairs = anchors[0]?.length ?? 0;
  const fits = (row: readonly (number | undefined)[]): boolean =>
    row.length === pairs && row.every((size) => size !== undefined && Number.isFinite(size));
  if (anchors.length !== levels || pairs === 0 || pairs % 2 > 0 || pairs > 2 * MOST_ANCHORS || !anchors.every(fits))
    throw a.error("anchors", `one list of w,h pairs for each of ${levels} levels`);
  return { nc, no: BOX_COLUMNS + nc + masks, masks, anchors: anchors as number[][] };
}

/**
 * Anchors in units of the stride, as the state_dict keeps them: flipped where their order contradicts the strides', then
 * divided.
 */
function anchorTensor(anchors: readonly (readonly number[])[], strides: readonly number[]): Tensor {
  const area = (row: readonly number[]): number => {
    const pairs = row.length / 2;
    return (
      Array.from({ length: pairs }, (_, index) => row[2 * index]! * row[2 * index + 1]!).reduce((a, b) => a + b) / pairs
    );
  };
  const growth = area(anchors.at(-1)!) - area(anchors[0]!);
  const flipped = growth !== 0 && Math.sign(growth) !== Math.sign(strides.at(-1)! - strides[0]!);
  const ordered = flipped ? [...anchors].reverse() : anchors;
  const values = ordered.flatMap((row, level) => row.map((size) => size / strides[level]!));
  return tensorOf("f32", [anchors.length, anchors[0]!.length / 2, 2], values);
}

/**
 * Cell offsets minus a half, as YOLOv5's _make_grid: [1,1,h,w,2]. Made when it is read: a map may be as large as an image; or
 * computed by the graph, where its size is open.
 */
function cellGrid(scope: Scope, h: Size, w: Size): Value {
  if (!isFixed(h) || !isFixed(w)) return openGrid(scope, h, w);
  const type = { dtype: "f32", shape: [1, 1, h, w, 2] } as const;
  const read = (): Tensor => {
    const data = new Float32Array(h * w * 2);
    for (let cell = 0; cell < h * w; cell++) {
      data[2 * cell] = (cell % w) - 0.5;
      data[2 * cell + 1] = Math.floor(cell / w) - 0.5;
    }
    return { ...type, data };
  };
  return lazyConstant({ ...type, read }, "grid");
}

function openGrid(scope: Scope, h: Size, w: Size): Value {
  const along = (count: Size, shape: readonly Size[], hint: string): Value => {
    const offsets = scope.op("Sub", [countUp(scope, count, hint), scalar(0.5, "half")]);
    return scope.op("Expand", [reshape(scope, offsets, shape)], { shape: [1, 1, h, w, 1] });
  };
  return concat(scope, [along(w, [1, 1, 1, w, 1], "columns"), along(h, [1, 1, h, 1, 1], "rows")], 4);
}

interface Level {
  readonly stride: number;
  /** Pixels: [1,na,1,1,2]. */
  readonly anchors: Value;
}

/** Raw map to boxes in pixels and scores. x: [n,na*no,h,w] -> [n,na*h*w,no] */
function decode(scope: Scope, x: Value, head: Head, { stride, anchors }: Level): Value {
  const [n, c, h, w] = mapSizes(x);
  const na = c / head.no;
  const y = permute(scope, reshape(scope, x, [n, na, head.no, h, w]), [0, 1, 3, 4, 2]);
  const [scored, masks] = head.masks > 0 ? split(scope, y, [head.no - head.masks, head.masks], 4) : [y];
  const [xy, wh, scores] = split(scope, scope.op("Sigmoid", [scored!]), [2, 2, head.nc + 1], 4) as [
    Value,
    Value,
    Value,
  ];
  const twice = (value: Value): Value => scope.op("Mul", [value, scalar(2, "two")]);
  const center = scope.op("Mul", [scope.op("Add", [twice(xy), cellGrid(scope, h, w)]), scalar(stride, "stride")]);
  const size = scope.op("Mul", [scope.op("Pow", [twice(wh), scalar(2, "two")]), anchors]);
  const parts = [center, size, scores, ...(masks ? [masks] : [])];
  return reshape(scope, concat(scope, parts, 4), [n, productOf([na, h, w]), head.no]);
}

/** Makes the map of a level, in a child of `list`. x: [n,c,h,w] -> [n,channels,h,w] */
export type PredictLevel = (list: Scope, x: Value, channels: number, level: number) => Value;

const convolved: PredictLevel = (list, x, channels, level) => conv2d(list.child(String(level)), x, channels);

/**
 * The levels' boxes, one below the other: [n,boxes,no]; or their maps [n,na*no,h,w], where the ending asks for these.
 * yolov5 v7.0 models/yolo.py Detect
 */
function detect(
  scope: Scope,
  inputs: readonly Value[],
  head: Head,
  predict: PredictLevel = convolved,
): readonly Value[] {
  const strides = inputs.map((x) => strideOf(scope, x));
  const fallback = anchorTensor(head.anchors, strides);
  const na = fallback.shape[1]!;
  const grid = scope.buffer("anchors", fallback.shape, fallback);
  const list = scope.child("m");
  const wanted = scope.wantedMaps(() => mapFacts(head, strides, grid));
  const most = predict === convolved ? scope.wantedBest(inputs, (x) => boxesOfLevel(x, na)) : undefined;
  const levels = inputs.map((x, level) => {
    if (most !== undefined) {
      const own = list.child(String(level));
      const weight = own.parameter("weight", [head.no * na, channelsOf(x), 1, 1]);
      const bias = own.parameter("bias", [head.no * na]);
      const stride = strides[level]!;
      const anchors = levelAnchors(scope, grid, level, stride);
      return decodeBest(own, x, { ...head, weight, bias, stride, anchors }, most);
    }
    const map = predict(list, x, head.no * na, level);
    if (wanted) return wanted === "raw" ? map : activated(scope, map, head);
    const stride = strides[level]!;
    return decode(scope, map, head, { stride, anchors: levelAnchors(scope, grid, level, stride) });
  });
  return wanted || levels.length === 1 ? levels : [concat(scope, levels, 1)];
}

/** The map after the sigmoid, but for mask coefficients, which have none. x: [n,na*no,h,w] */
function activated(scope: Scope, x: Value, { no, masks }: Head): Value {
  if (masks === 0) return scope.op("Sigmoid", [x]);
  const [n, c, h, w] = mapSizes(x);
  const anchors = reshape(scope, x, [n, c / no, no, h, w]);
  const [scored, coefficients] = split(scope, anchors, [no - masks, masks], 2) as [Value, Value];
  return reshape(scope, concat(scope, [scope.op("Sigmoid", [scored]), coefficients], 2), [n, c, h, w]);
}

/** Anchors in pixels, as the weights have them. */
function mapFacts({ nc, masks }: Head, strides: readonly number[], grid: Value): MapDecoding {
  const [levels, na] = [fixedSize(grid, 0), fixedSize(grid, 1)];
  const values = toFloat64(grid.constant!.read()); // a buffer is a constant
  const at = (level: number, anchor: number, side: number): number =>
    values[(level * na + anchor) * 2 + side]! * strides[level]!;
  return {
    family: FAMILY,
    classes: nc,
    masks,
    strides,
    anchors: Array.from({ length: levels }, (_, level) =>
      Array.from({ length: na }, (_, anchor) => [at(level, anchor, 0), at(level, anchor, 1)]),
    ),
  };
}

/** anchors[level] * stride, for broadcasting over a map: [1,na,1,1,2]. */
function levelAnchors(scope: Scope, grid: Value, level: number, stride: number): Value {
  const na = fixedSize(grid, 1);
  const index = constantValue({ dtype: "i64", shape: [1], data: BigInt64Array.of(BigInt(level)) }, "level");
  const row = scope.op("Gather", [grid, index], { axis: 0 });
  return scope.op("Mul", [reshape(scope, row, [1, na, 1, 1, 2]), scalar(stride, "stride")]);
}

/** Mask prototypes: [n,c,h,w] -> [n,masks,2h,2w]. yolov5 v7.0 models/common.py Proto */
function prototypes(scope: Scope, x: Value, hidden: number, masks: number): Value {
  const y = convBnAct(scope.child("cv1"), x, hidden, { k: 3 });
  const larger = upsample(scope.child("upsample"), y, [2, 2], "nearest");
  return convBnAct(scope.child("cv3"), convBnAct(scope.child("cv2"), larger, hidden, { k: 3 }), masks);
}

/** The layouts of what {@link detect} gives. */
function outputsOf(a: Arguments<"nc" | "anchors">, masks: number, { trace }: Scope): readonly UnnamedLayout[] {
  const { ending } = trace.options;
  if (!trace.gaveMaps || !ending) return [boxLayout(a.int("nc"), masks)];
  const anchors = planned(a);
  return anchors.map((row) => mapLayout(a.int("nc"), masks, row.length / 2, ending.head === "sigmoid"));
}

type HeadArguments = Arguments<"nc" | "anchors" | "ch">;

/** The parts of the definition of Detect that heads of YOLOv5's forks have too. */
export const BOX_HEAD = {
  signature: ["nc", "anchors", "ch"],
  plan: planDetect,
  inputs: "many",
  outputs: (a: HeadArguments, scope: Scope) => outputsOf(a, 0, scope),
  build: (scope: Scope, inputs: readonly Value[], a: HeadArguments, predict?: PredictLevel) =>
    detect(scope, inputs, readHead(a, 0, inputs.length), predict),
} as const;

/** Heads of the yaml: the last row of a network. */
export const HEAD_MODULES = moduleTable({
  Detect: defineModule({ ...BOX_HEAD, type: "models.yolo.Detect" }),
  Segment: defineModule({
    type: "models.yolo.Segment",
    signature: ["nc", "anchors", "nm", "npr", "ch"],
    plan: planSegment,
    inputs: "many",
    outputs: (a, scope) => [...outputsOf(a, a.int("nm", 32), scope), prototypeLayout(a.int("nm", 32))],
    build: (scope, inputs, a) => {
      const masks = a.int("nm", 32);
      const boxes = detect(scope, inputs, readHead(a, masks, inputs.length));
      return [...boxes, prototypes(scope.child("proto"), inputs[0]!, a.int("npr", 256), masks)];
    },
  }),
});
