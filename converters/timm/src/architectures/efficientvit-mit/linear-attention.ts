import { multiplySizes } from "@yolo-compile/core";
import { fixedSize, floats, scalar, type Value } from "@yolo-compile/ir";
import { concat, mapSizes, permute, reshape, type Scope, split } from "@yolo-compile/network";
import { relu } from "../../layers/activation.js";
import { conv } from "../../layers/conv.js";
import { convNorm } from "./layers.js";

const EPS = 1e-5;

/**
 * Attention without a softmax: relu(q) (relu(k)ᵀ v), divided by the same with ones for v. Its sums grow with the tokens: in
 * half precision they overflow from 640x640 pixels on, which is why timm computes them in single precision under any other.
 * q, k, v: [n,groups,dim,tokens] -> [n,groups,dim,tokens]
 */
function attend(scope: Scope, [q, k, v]: readonly [Value, Value, Value]): Value {
  const kernel = scope.child("kernel_func");
  const [query, key] = [relu(kernel, q), relu(kernel, k)];
  const dim = fixedSize(v, 2);
  const padded = scope.op("Pad", [v, floats([1], [], "one")], { pads: [0, 0, 0, 0, 0, 0, 1, 0] });
  const products = scope.op("MatMul", [padded, permute(scope, key, [0, 1, 3, 2])]);
  const [sums, weights] = split(scope, scope.op("MatMul", [products, query]), [dim, 1], 2);
  return scope.op("Div", [sums, scope.op("Add", [weights, scalar(EPS, "eps")])]);
}

/**
 * Heads of `dim` channels, at the map's own scale and at one that a 5x5 depthwise and a grouped convolution see.
 * x: [n,c,h,w] -> [n,c,h,w]. LiteMLA
 */
export function linearAttention(scope: Scope, x: Value, dim: number): Value {
  const [n, c, h, w] = mapSizes(x);
  const heads = Math.floor(c / dim);
  const width = 3 * heads * dim;
  const qkv = convNorm(scope.child("qkv"), x, width, { norm: false });
  const aggregate = scope.child("aggreg").child("0");
  const spread = conv(aggregate.child("0"), qkv, width, { k: 5, g: "depthwise" });
  const wider = conv(aggregate.child("1"), spread, width, { g: 3 * heads });
  const groups = reshape(scope, concat(scope, [qkv, wider]), [n, 2 * heads, 3 * dim, multiplySizes(h, w)]);
  const parts = split(scope, groups, [dim, dim, dim], 2) as readonly [Value, Value, Value]; // as many as sizes
  const attended = reshape(scope, attend(scope, parts), [n, 2 * heads * dim, h, w]);
  return convNorm(scope.child("proj"), attended, c, { residual: true });
}
