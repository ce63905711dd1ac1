import type { Value } from "@yolo-compile/ir";
import { channelsOf, conv2d, type Scope } from "@yolo-compile/network";
import { type Activation, relu, sigmoid } from "./activation.js";

/** To the nearest multiple of `divisor`, at least `divisor`. timm's make_divisible without a limit of rounding down. */
export const nearestMultiple = (value: number, divisor = 8): number =>
  Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);

/** As {@link nearestMultiple}, but never less than `limit` of the value. timm's make_divisible */
export function roundedChannels(value: number, divisor = 8, limit = 0.9): number {
  const nearest = nearestMultiple(value, divisor);
  return nearest < limit * value ? nearest + divisor : nearest;
}

/** Mean over the map: [n,c,h,w] -> [n,c,1,1] */
export const meanOfMap = (scope: Scope, x: Value): Value => scope.op("ReduceMean", [x], { axes: [2, 3] });

/** x * sigmoid(fc2(act(fc1(mean(x))))). SEModule */
export function squeezeExcite(scope: Scope, x: Value, width: number, act: Activation = relu): Value {
  const reduced = conv2d(scope.child("fc1"), meanOfMap(scope, x), width);
  scope.child("bn");
  const expanded = conv2d(scope.child("fc2"), act(scope.child("act"), reduced), channelsOf(x));
  return scope.op("Mul", [x, sigmoid(scope.child("gate"), expanded)]);
}

/** Settings of EfficientNet's SqueezeExcite. */
export interface ExciteSettings {
  readonly width: number;
  readonly act: Activation;
  readonly gate: Activation;
}

/** x * gate(conv_expand(act(conv_reduce(mean(x))))). SqueezeExcite of EfficientNet's family */
export function efficientExcite(scope: Scope, x: Value, { width, act, gate }: ExciteSettings): Value {
  const reduced = act(scope.child("act1"), conv2d(scope.child("conv_reduce"), meanOfMap(scope, x), width));
  const expanded = conv2d(scope.child("conv_expand"), reduced, channelsOf(x));
  return scope.op("Mul", [x, gate(scope.child("gate"), expanded)]);
}
