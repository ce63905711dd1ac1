import type { Value } from "@yolo-compile/ir";
import { activate } from "./activations.js";
import { batchNorm2d, conv2d } from "./nn.js";
import type { PyCall } from "./python.js";
import type { ExpectedWeight, Scope } from "./trace.js";

type Pair = readonly [number, number];

/** Arguments of the YOLO families' Conv, by its names: kernel 1, stride 1 and the network's activation where left out. */
export interface ConvBnActOptions {
  readonly k?: number | Pair;
  readonly s?: number | Pair;
  /** Padding; "same" where left out. */
  readonly p?: number | Pair | undefined;
  readonly g?: number;
  readonly d?: number;
  readonly act?: boolean | PyCall;
  /** See {@link ExpectedWeight}. */
  readonly randomScale?: ExpectedWeight["randomScale"];
}

/** Padding that keeps the size at stride 1. */
function autopad(k: number | Pair, d: number): number | Pair {
  const same = (size: number): number => Math.floor((d * (size - 1) + 1) / 2);
  return typeof k === "number" ? same(k) : [same(k[0]), same(k[1])];
}

/**
 * Convolution, BatchNorm, activation: the YOLO families' Conv. A checkpoint that was saved after `fuse()` has a bias and no
 * BatchNorm. x: [n,c1,h,w] -> [n,c2,h/s,w/s]. yolov5 v7.0 models/common.py Conv
 */
export function convBnAct(scope: Scope, x: Value, c2: number, options: ConvBnActOptions = {}): Value {
  const { k = 1, s = 1, g = 1, d = 1, act = true } = options;
  const p = options.p ?? autopad(k, d);
  const fused = scope.stored("conv.bias") !== undefined && scope.stored("bn.weight") === undefined;
  const y = conv2d(scope.child("conv"), x, c2, { k, s, p, g, d, bias: fused });
  return activate(scope, fused ? y : batchNorm2d(scope.child("bn"), y, options), act);
}
