import { multiplySizes, type Size } from "@yolo-compile/core";
import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import {
  channelsOf,
  concat,
  conv2d,
  linear,
  mapSizes,
  permute,
  reshape,
  type Scope,
  split,
} from "@yolo-compile/network";
import { gelu } from "../../layers/activation.js";
import { conv } from "../../layers/conv.js";
import { layerNorm } from "../../layers/layer-norm.js";
import { mlp } from "../../layers/mlp.js";
import { IN_RESIDUAL } from "../../layers/norm.js";
import { fourierPositions } from "./positions.js";

const EPS = 1e-6;

/** gamma * mlp(norm(x)), channels last. */
function scaledMlp(scope: Scope, x: Value): Value {
  const c = fixedSize(x, -1);
  const y = layerNorm(scope.child("norm"), x, EPS, true);
  const z = mlp(scope.child("mlp"), y, { conv: false, width: 4 * c, act: gelu });
  return scope.op("Mul", [scope.parameter("gamma", [c], IN_RESIDUAL), z]);
}

/** Settings of a block with a depthwise convolution. */
export interface ConvBlock {
  readonly k: number;
  readonly s: number;
  readonly width: number;
  readonly bias: boolean;
}

/** x + gamma * mlp(norm(depthwise(x))); a block that changes the map adds to the convolved one. ConvBlock */
export function convBlock(scope: Scope, x: Value, { k, s, width, bias }: ConvBlock): Value {
  const c = channelsOf(x);
  const y = conv(scope.child("conv_dw"), x, width, { k, s, g: "depthwise", bias });
  const shortcut = s > 1 || c !== width ? y : x;
  const z = permute(scope, scaledMlp(scope, permute(scope, y, [0, 2, 3, 1])), [0, 3, 1, 2]);
  scope.child("drop_path");
  return scope.op("Add", [shortcut, z]);
}

/** x / max(|x|, 1e-12) along the last axis */
function unit(scope: Scope, x: Value): Value {
  const length = scope.op("Sqrt", [scope.op("ReduceSum", [scope.op("Mul", [x, x])], { axes: [-1] })]);
  return scope.op("Div", [x, scope.op("Clip", [length, scalar(1e-12, "min")])]);
}

/** Attention among channels: softmax(q kᵀ * temperature) v, of unit q and k. x: [n,tokens,c]. CrossCovarianceAttn */
function crossCovariance(scope: Scope, x: Value, heads: number): Value {
  const [n, tokens] = x.type.shape as readonly [Size, Size, Size];
  const c = fixedSize(x, -1);
  const parts = split(scope, linear(scope.child("qkv"), x, 3 * c), [c, c, c], 2);
  const [q, k, v] = parts.map((part) =>
    permute(scope, reshape(scope, part, [n, tokens, heads, c / heads]), [0, 2, 3, 1]),
  ) as [Value, Value, Value];
  const scores = scope.op("MatMul", [unit(scope, q), permute(scope, unit(scope, k), [0, 1, 3, 2])]);
  const scaled = scope.op("Mul", [scores, scope.parameter("temperature", [heads, 1, 1])]);
  const attended = scope.op("MatMul", [scope.op("Softmax", [scaled], { axis: -1 }), v]);
  for (const name of ["attn_drop", "proj_drop"]) scope.child(name);
  return linear(scope.child("proj"), reshape(scope, permute(scope, attended, [0, 3, 1, 2]), [n, tokens, c]), c);
}

/** Depthwise convolutions of parts of the channels, each but the first of the sum with what the one before gave. */
function inParts(scope: Scope, x: Value, scales: number, bias: boolean): Value {
  const width = Math.ceil(channelsOf(x) / scales);
  const sizes = Array.from({ length: scales }, (_, part) => Math.min(width, channelsOf(x) - part * width));
  const parts = split(scope, x, sizes, 1);
  const convolved: Value[] = [];
  for (const [index, part] of parts.slice(0, -1).entries()) {
    const before = convolved.at(-1);
    const input = before ? scope.op("Add", [before, part]) : part;
    convolved.push(conv(scope.child(String(index)), input, width, { k: 3, g: "depthwise", bias }));
  }
  return concat(scope, [...convolved, parts.at(-1)!]);
}

/** Settings of a block with attention. */
export interface SplitBlock {
  readonly scales: number;
  readonly heads: number;
  readonly positions: boolean;
  readonly bias: boolean;
}

/** x + gamma * mlp(norm(attention among channels of x in parts)). SplitTransposeBlock */
export function splitBlock(scope: Scope, x: Value, { scales, heads, positions, bias }: SplitBlock): Value {
  const [n, c, h, w] = mapSizes(x);
  const tokens = multiplySizes(h, w);
  let y = reshape(scope, inParts(scope.child("convs"), x, scales, bias), [n, c, tokens]);
  y = permute(scope, y, [0, 2, 1]);
  if (positions) {
    const waves = fourierPositions(fixedSize(x, 2), fixedSize(x, 3));
    const encoded = conv2d(scope.child("pos_embd").child("token_projection"), waves, c);
    y = scope.op("Add", [y, permute(scope, reshape(scope, encoded, [1, c, tokens]), [0, 2, 1])]);
  }
  const gamma = scope.parameter("gamma_xca", [c], IN_RESIDUAL);
  const attended = crossCovariance(scope.child("xca"), layerNorm(scope.child("norm_xca"), y, EPS, true), heads);
  const joined = scope.op("Add", [y, scope.op("Mul", [gamma, attended])]);
  const z = permute(scope, scaledMlp(scope, reshape(scope, joined, [n, h, w, c])), [0, 3, 1, 2]);
  scope.child("drop_path");
  return scope.op("Add", [x, z]);
}
