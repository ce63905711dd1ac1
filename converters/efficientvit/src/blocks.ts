import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, type ConvOptions, channelsOf, conv2d, type Scope } from "@yolo-compile/network";

/** torch.nn.ReLU */
export const relu = (scope: Scope, x: Value): Value => scope.op("Relu", [x]);

/** The stored names of a Conv2d_BN: `c` and `bn`, timm's `conv` and `bn`, or one convolution with the BatchNorm folded in. */
type Spelling = "c" | "conv" | "fused";

function spellingOf(scope: Scope): Spelling {
  if (scope.stored("c.weight")) return "c";
  if (scope.stored("conv.weight")) return "conv";
  return scope.stored("weight") && scope.stored("bias") ? "fused" : "c";
}

/** The name of the convolution's weight, below the Conv2d_BN's own path. */
export const convWeightName = (scope: Scope): string => {
  const spelling = spellingOf(scope);
  return spelling === "fused" ? "weight" : `${spelling}.weight`;
};

/** Arguments of the convolution, and the magnitude of its BatchNorm's random weights. */
export interface ConvBnOptions extends ConvOptions {
  /** The magnitude, relative to the usual one, of random weights of its BatchNorm. */
  readonly randomScale?: number;
}

/**
 * The magnitude for the last BatchNorm of a residual branch, which training starts at zero: dozens of residuals in a row
 * add up.
 */
export const IN_RESIDUAL = 0.2;

/** The magnitude for queries and keys, whose product must not saturate the softmax. */
export const IN_SOFTMAX = 0.4;

/** Convolution without a bias, then BatchNorm. x: [n,c,h,w] -> [n,c2,h',w']. Conv2d_BN, ConvNorm */
export function convBn(scope: Scope, x: Value, c2: number, options: ConvBnOptions = {}): Value {
  const spelling = spellingOf(scope);
  if (spelling === "fused") return conv2d(scope, x, c2, options);
  const y = conv2d(scope.child(spelling), x, c2, { ...options, bias: false });
  return batchNorm2d(scope.child("bn"), y, options);
}

/** x + m(x) */
export const residual = (scope: Scope, x: Value, m: (scope: Scope, x: Value) => Value): Value =>
  scope.op("Add", [x, m(scope.child("m"), x)]);

/** Two pointwise convolutions, twice as wide inside. x: [n,c,h,w] -> [n,c,h,w]. FFN, ConvMlp */
export function feedForward(scope: Scope, x: Value): Value {
  const wide = convBn(scope.child("pw1"), x, 2 * channelsOf(x));
  return convBn(scope.child("pw2"), relu(scope.child("act"), wide), channelsOf(x), { randomScale: IN_RESIDUAL });
}

/** x + depthwise 3x3 of x */
export const residualDepthwise = (scope: Scope, x: Value): Value =>
  residual(scope, x, (inner, y) =>
    convBn(inner, y, channelsOf(y), { k: 3, p: 1, g: channelsOf(y), randomScale: IN_RESIDUAL }),
  );

/** timm's make_divisible without its round limit: to the nearest multiple of 8, at least 8. */
const nearestEight = (value: number): number => Math.max(8, Math.floor((value + 4) / 8) * 8);

/**
 * x * sigmoid(expand(relu(reduce(mean(x))))). x: [n,c,h,w] -> [n,c,h,w].
 * timm SEModule (`fc1`, `fc2`), or timm's efficientnet SqueezeExcite (`conv_reduce`, `conv_expand`).
 */
function squeezeExcite(scope: Scope, x: Value): Value {
  const c = channelsOf(x);
  const mean = scope.op("ReduceMean", [x], { axes: [2, 3] });
  const newer = scope.stored("conv_reduce.weight") !== undefined;
  const reduced = newer
    ? relu(scope.child("act1"), conv2d(scope.child("conv_reduce"), mean, Math.round(c / 4)))
    : normalized(scope, conv2d(scope.child("fc1"), mean, nearestEight(c / 4)));
  const expanded = conv2d(scope.child(newer ? "conv_expand" : "fc2"), reduced, c);
  return scope.op("Mul", [x, scope.child("gate").op("Sigmoid", [expanded])]);
}

/** BatchNorm, or nothing: SEModule has an Identity in its place. */
function normalized(scope: Scope, x: Value): Value {
  scope.child("bn");
  return relu(scope.child("act"), x);
}

/** Halves the map. x: [n,c,h,w] -> [n,c2,h/2,w/2]. PatchMerging */
export function patchMerging(scope: Scope, x: Value, c2: number): Value {
  const wide = 4 * channelsOf(x);
  const act = scope.child("act");
  const y = relu(act, convBn(scope.child("conv1"), x, wide));
  const halved = relu(act, convBn(scope.child("conv2"), y, wide, { k: 3, s: 2, p: 1, g: wide }));
  return convBn(scope.child("conv3"), squeezeExcite(scope.child("se"), halved), c2);
}
