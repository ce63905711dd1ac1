import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import { channelsOf, conv2d, linear, type Scope } from "@yolo-compile/network";
import type { Activation } from "./activation.js";
import { alongChannels } from "./layer-norm.js";

/** Settings of two pointwise layers with an activation between them. */
export interface MlpSettings {
  /** Convolutions of a map; else linear layers, channels last. */
  readonly conv: boolean;
  readonly width: number;
  readonly act: Activation;
  /** Whether global response normalisation stands behind the activation. */
  readonly grn?: boolean;
}

const GRN_EPS = 1e-6;

/**
 * x + bias + weight * x * n, where n is the magnitude of each channel's map, sqrt(sum of squares), relative to the channels'
 * mean. GlobalResponseNorm
 */
function globalResponseNorm(scope: Scope, x: Value, conv: boolean): Value {
  const [plane, channel] = conv ? [[2, 3], 1] : [[1, 2], -1];
  const c = fixedSize(x, channel);
  const along = (vector: Value): Value => (conv ? alongChannels(scope, vector) : vector);
  const weight = along(scope.parameter("weight", [c]));
  const bias = along(scope.parameter("bias", [c]));
  const magnitude = scope.op("Sqrt", [scope.op("ReduceSum", [scope.op("Mul", [x, x])], { axes: plane })]);
  const mean = scope.op("ReduceMean", [magnitude], { axes: [channel] });
  const relative = scope.op("Div", [magnitude, scope.op("Add", [mean, scalar(GRN_EPS, "eps")])]);
  const scaled = scope.op("Mul", [weight, scope.op("Mul", [x, relative])]);
  return scope.op("Add", [x, scope.op("Add", [bias, scaled])]);
}

/** fc2(act(fc1(x))), normalised in between where asked for. Mlp, GlobalResponseNormMlp */
export function mlp(scope: Scope, x: Value, { conv, width, act, grn = false }: MlpSettings): Value {
  const layer = conv ? conv2d : linear;
  const c = conv ? channelsOf(x) : fixedSize(x, -1);
  const wide = act(scope.child("act"), layer(scope.child("fc1"), x, width));
  for (const name of ["drop1", "drop2"]) scope.child(name);
  const norm = scope.child(grn ? "grn" : "norm");
  return layer(scope.child("fc2"), grn ? globalResponseNorm(norm, wide, conv) : wide, c);
}
