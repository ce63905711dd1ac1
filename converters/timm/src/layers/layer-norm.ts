import { multiplySizes } from "@yolo-compile/core";
import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import { channelsOf, elementsOf, type Scope } from "@yolo-compile/network";

/** The vector along axis 1 of a map: [c] -> [c,1,1] */
export const alongChannels = (scope: Scope, vector: Value): Value => scope.op("Unsqueeze", [vector], { axes: [1, 2] });

/** (x - mean) / sqrt(variance + eps) along one axis */
function normalized(scope: Scope, x: Value, axis: number, eps: number): Value {
  const centered = scope.op("Sub", [x, scope.op("ReduceMean", [x], { axes: [axis] })]);
  const variance = scope.op("ReduceMean", [scope.op("Mul", [centered, centered])], { axes: [axis] });
  return scope.op("Div", [centered, scope.op("Sqrt", [scope.op("Add", [variance, scalar(eps, "eps")])])]);
}

/** Over the last axis. `counted` where the class is torch's own, which thop recognises. x: [...,c] */
export function layerNorm(scope: Scope, x: Value, eps: number, counted = false): Value {
  const c = fixedSize(x, -1);
  const [weight, bias] = [scope.parameter("weight", [c]), scope.parameter("bias", [c])];
  if (counted) scope.macs(multiplySizes(elementsOf(x), 4));
  return scope.op("Add", [scope.op("Mul", [normalized(scope, x, -1, eps), weight]), bias]);
}

/** Over the channels of each pixel. x: [n,c,h,w]. LayerNorm2d */
export function layerNorm2d(scope: Scope, x: Value, eps: number): Value {
  const shape = [channelsOf(x)];
  const [weight, bias] = [scope.parameter("weight", shape), scope.parameter("bias", shape)];
  const scaled = scope.op("Mul", [normalized(scope, x, 1, eps), alongChannels(scope, weight)]);
  return scope.op("Add", [scaled, alongChannels(scope, bias)]);
}
