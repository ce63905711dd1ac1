import { multiplySizes, type Size } from "@yolo-compile/core";
import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import { affine, channelsOf, convBnAct, linear, mapSizes, permute, reshape, type Scope } from "@yolo-compile/network";

/**
 * torch.nn.MultiheadAttention in eval mode, sequence first: softmax(q kᵀ / √d) v, projected.
 * q, k, v: [l,n,c] -> [l,n,c]
 */
function multiheadAttention(scope: Scope, [q, k, v]: readonly [Value, Value, Value], heads: number): Value {
  const [l, n] = q.type.shape as readonly [Size, Size, Size];
  const c = fixedSize(q, 2);
  const size = c / heads;
  const weights = scope.ops("Split", [scope.parameter("in_proj_weight", [3 * c, c])], { axis: 0, sizes: [c, c, c] });
  const biases = scope.ops("Split", [scope.parameter("in_proj_bias", [3 * c])], { axis: 0, sizes: [c, c, c] });
  // [l,n,c] -> [n*heads,l,size]
  const [query, key, value] = [q, k, v].map((x, index) => {
    const y = affine(scope, x, weights[index]!, biases[index]);
    return permute(scope, reshape(scope, y, [l, multiplySizes(n, heads), size]), [1, 0, 2]);
  }) as [Value, Value, Value];
  const scaled = scope.op("Mul", [query, scalar(1 / Math.sqrt(size), "scale")]);
  const scores = scope.op("MatMul", [scaled, permute(scope, key, [0, 2, 1])]);
  const mixed = scope.op("MatMul", [scope.op("Softmax", [scores], { axis: -1 }), value]);
  const joined = reshape(scope, permute(scope, mixed, [1, 0, 2]), [l, n, c]);
  const out = scope.child("out_proj");
  return affine(out, joined, out.parameter("weight", [c, c]), out.parameter("bias", [c]));
}

/** yolov5 v7.0 models/common.py TransformerLayer. x: [l,n,c] -> [l,n,c] */
function transformerLayer(scope: Scope, x: Value, heads: number): Value {
  const c = fixedSize(x, 2);
  const project = (name: string, y: Value): Value => linear(scope.child(name), y, c, { bias: false });
  const attended = multiheadAttention(scope.child("ma"), [project("q", x), project("k", x), project("v", x)], heads);
  const y = scope.op("Add", [attended, x]);
  return scope.op("Add", [project("fc2", project("fc1", y)), y]);
}

/**
 * Transformer layers over the pixels, with a learned position mix. x: [n,c1,h,w] -> [n,c2,h,w].
 * yolov5 v7.0 models/common.py TransformerBlock
 */
export function transformerBlock(scope: Scope, x: Value, c2: number, heads: number, layers: number): Value {
  const y = channelsOf(x) === c2 ? x : convBnAct(scope.child("conv"), x, c2);
  const [n, , h, w] = mapSizes(y);
  const tokens = permute(scope, reshape(scope, y, [n, c2, multiplySizes(h, w)]), [2, 0, 1]);
  let z = scope.op("Add", [tokens, linear(scope.child("linear"), tokens, c2)]);
  const sequence = scope.child("tr");
  for (let index = 0; index < layers; index++) z = transformerLayer(sequence.child(String(index)), z, heads);
  return reshape(scope, permute(scope, z, [1, 2, 0]), [n, c2, h, w]);
}
