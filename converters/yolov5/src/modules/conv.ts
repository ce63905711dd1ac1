import { greatestCommonDivisor } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import {
  type ConvBnActOptions,
  channelsOf,
  concat,
  convBnAct,
  convTranspose2d,
  defineModule,
  moduleTable,
  planScaled,
  type Scope,
  stride,
} from "@yolo-compile/network";

/** yolov5 v7.0 models/common.py DWConv */
export const dwConv = (scope: Scope, x: Value, c2: number, options: Omit<ConvBnActOptions, "p" | "g"> = {}): Value =>
  convBnAct(scope, x, c2, { ...options, g: greatestCommonDivisor(channelsOf(x), c2) });

/** Half the outputs from a convolution, half from a cheap 5x5 on those. yolov5 v7.0 models/common.py GhostConv */
export function ghostConv(scope: Scope, x: Value, c2: number, options: Omit<ConvBnActOptions, "p" | "d"> = {}): Value {
  const { act = true } = options;
  const half = Math.floor(c2 / 2);
  const y = convBnAct(scope.child("cv1"), x, half, options);
  return concat(scope, [y, convBnAct(scope.child("cv2"), y, half, { k: 5, g: half, act })]);
}

/** Pixels of each 2x2 block as channels. x: [n,c,h,w] -> [n,4c,h/2,w/2] */
export function spaceToChannels(scope: Scope, x: Value): Value {
  const corner = (row: number, column: number): Value => stride(scope, stride(scope, x, 2, row, 2), 3, column, 2);
  return concat(scope, [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)]);
}

/** Convolutions of the yaml. */
export const CONV_MODULES = moduleTable({
  Conv: defineModule({
    type: "models.common.Conv",
    signature: ["c1", "c2", "k", "s", "p", "g", "d", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      convBnAct(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        p: a.optionalPair("p"),
        g: a.int("g", 1),
        d: a.int("d", 1),
        act: a.activation("act"),
      }),
  }),
  DWConv: defineModule({
    type: "models.common.DWConv",
    signature: ["c1", "c2", "k", "s", "d", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      dwConv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        d: a.int("d", 1),
        act: a.activation("act"),
      }),
  }),
  GhostConv: defineModule({
    type: "models.common.GhostConv",
    signature: ["c1", "c2", "k", "s", "g", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      ghostConv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        g: a.int("g", 1),
        act: a.activation("act"),
      }),
  }),
  Focus: defineModule({
    type: "models.common.Focus",
    signature: ["c1", "c2", "k", "s", "p", "g", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      convBnAct(scope.child("conv"), spaceToChannels(scope, x), a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        p: a.optionalPair("p"),
        g: a.int("g", 1),
        act: a.activation("act"),
      }),
  }),
  DWConvTranspose2d: defineModule({
    type: "models.common.DWConvTranspose2d",
    signature: ["c1", "c2", "k", "s", "p1", "p2"],
    plan: planScaled,
    build: (scope, x, a) =>
      convTranspose2d(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        p: a.pair("p1", 0),
        outputPadding: a.pair("p2", 0),
        g: greatestCommonDivisor(channelsOf(x), a.int("c2")),
        counted: false,
      }),
  }),
});
