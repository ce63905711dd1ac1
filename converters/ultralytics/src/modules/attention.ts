import { divideSizes, multiplySizes } from "@yolo-compile/core";
import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import {
  channelsOf,
  convBnAct as conv,
  elementsOf,
  mapSizes,
  permute,
  reshape,
  type Scope,
  split,
} from "@yolo-compile/network";

const add = (scope: Scope, a: Value, b: Value): Value => scope.op("Add", [a, b]);

/** The magnitude of random branches beside a shortcut, which must be small. */
const IN_RESIDUAL = { act: false, randomScale: 0.3 } as const;

/** A product of matrices, whose multiply-accumulates are counted. */
function product(scope: Scope, a: Value, b: Value): Value {
  const y = scope.op("MatMul", [a, b]);
  scope.macs(multiplySizes(elementsOf(y), a.type.shape.at(-1)!));
  return y;
}

const transposed = (scope: Scope, x: Value): Value => {
  const axes = [...x.type.shape.keys()];
  return permute(scope, x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
};

/** v @ softmax(qᵀ @ k / √keys)ᵀ. q, k: [...,keys,tokens], v: [...,c,tokens] -> [...,c,tokens] */
function attend(scope: Scope, q: Value, k: Value, v: Value): Value {
  const keys = fixedSize(q, -2);
  const logits = scope.op("Mul", [product(scope, transposed(scope, q), k), scalar(keys ** -0.5, "scale")]);
  const weights = scope.op("Softmax", [logits], { axis: -1 });
  return product(scope, v, transposed(scope, weights));
}

/** Attention of all pixels to all. x: [n,c,h,w] -> [n,c,h,w]. ultralytics 8.4 nn/modules/block.py Attention, attn_ratio 0.5 */
function attention(scope: Scope, x: Value): Value {
  const [n, c, h, w] = mapSizes(x);
  const heads = headsOf(c);
  const values = Math.floor(c / heads);
  const keys = Math.trunc(values * 0.5);
  const qkv = conv(scope.child("qkv"), x, c + 2 * keys * heads, { act: false });
  const [projection, position] = [scope.child("proj"), scope.child("pe")];
  const perHead = reshape(scope, qkv, [n, heads, 2 * keys + values, multiplySizes(h, w)]);
  const [q, k, v] = split(scope, perHead, [keys, keys, values], 2) as [Value, Value, Value];
  const seen = reshape(scope, attend(scope, q, k, v), [n, c, h, w]);
  const placed = conv(position, reshape(scope, v, [n, c, h, w]), c, { k: 3, g: c, act: false });
  return conv(projection, add(scope, seen, placed), c, IN_RESIDUAL);
}

const headsOf = (channels: number): number => Math.max(Math.floor(channels / 64), 1);

/**
 * Attention, then two pointwise convolutions, each beside a shortcut, in the modules `attn` and `ffn` of `scope`.
 * ultralytics 8.4 nn/modules/block.py PSABlock
 */
export function psaBlock(scope: Scope, x: Value): Value {
  const y = add(scope, x, attention(scope.child("attn"), x));
  const sequence = scope.child("ffn");
  const hidden = conv(sequence.child("0"), y, 2 * channelsOf(y));
  return add(scope, y, conv(sequence.child("1"), hidden, channelsOf(y), IN_RESIDUAL));
}

/** Channels of a head of area attention. */
export const AREA_HEAD = 32;

/**
 * Attention within runs of pixels: the map, row by row, is cut into `area` runs of equal length.
 * x: [n,c,h,w] -> [n,c,h,w]. ultralytics 8.4 nn/modules/block.py AAttn
 */
function areaAttention(scope: Scope, x: Value, area: number): Value {
  const [n, c, h, w] = mapSizes(x);
  const heads = Math.floor(c / AREA_HEAD);
  const width = Math.floor(c / heads);
  const qkv = conv(scope.child("qkv"), x, 3 * width * heads, { act: false });
  const [projection, position] = [scope.child("proj"), scope.child("pe")];
  const length = divideSizes(multiplySizes(h, w), area)!; // areaStage checks it
  const runs = reshape(scope, qkv, [n, heads, 3 * width, area, length]);
  const parts = split(scope, permute(scope, runs, [0, 3, 1, 2, 4]), [width, width, width], 3);
  const [q, k, v] = parts as [Value, Value, Value];
  const asMap = (y: Value): Value => reshape(scope, permute(scope, y, [0, 2, 3, 1, 4]), [n, width * heads, h, w]);
  const placed = conv(position, asMap(v), c, { k: 7, g: c, act: false });
  return conv(projection, add(scope, asMap(attend(scope, q, k, v)), placed), c, IN_RESIDUAL);
}

/** ultralytics 8.4 nn/modules/block.py ABlock */
export function areaBlock(scope: Scope, x: Value, ratio: number, area: number): Value {
  const y = add(scope, x, areaAttention(scope.child("attn"), x, area));
  const sequence = scope.child("mlp");
  const hidden = conv(sequence.child("0"), y, Math.trunc(channelsOf(y) * ratio));
  return add(scope, y, conv(sequence.child("1"), hidden, channelsOf(y), IN_RESIDUAL));
}
