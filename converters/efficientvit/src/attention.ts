import { elementCount, int64s, multiplySizes, type Tensor } from "@yolo-compile/core";
import { constantValue, scalar, type Value } from "@yolo-compile/ir";
import { channelsOf, concat, mapSizes, permute, reshape, type Scope, split } from "@yolo-compile/network";
import { convBn, convWeightName, IN_RESIDUAL, IN_SOFTMAX, relu } from "./blocks.js";
import type { StageSettings } from "./settings.js";

/**
 * The index of each pair of tokens' bias: tokens of a `side` x `side` square, numbered row by row, take |Δrow| * side +
 * |Δcolumn|. i64[side²,side²]
 */
export function biasIndices(side: number): Tensor {
  const count = side * side;
  const indices = Array.from({ length: count * count }, (_, pair) => {
    const [a, b] = [Math.floor(pair / count), pair % count];
    const rows = Math.abs(Math.floor(a / side) - Math.floor(b / side));
    return rows * side + Math.abs((a % side) - (b % side));
  });
  return { ...int64s(indices), shape: [count, count] };
}

/** attention_biases[:, attention_bias_idxs]: [heads,tokens,tokens] */
function biasTable(scope: Scope, heads: number, side: number): Value {
  const biases = scope.parameter("attention_biases", [heads, side * side]);
  const indices = scope.buffer("attention_bias_idxs", [side ** 2, side ** 2], biasIndices(side), "i64");
  scope.ignore("ab", "it is a cache of attention_biases, and stale after loading or averaging");
  return scope.op("Gather", [biases, indices], { axis: 1 });
}

/**
 * The size of a head's query kernel: from the number of its weights, which a file without shapes has too, else the
 * variant's.
 */
function queryKernel(scope: Scope, channels: number, fallback: number): number {
  const side = Math.sqrt(elementCount(scope.stored(convWeightName(scope))?.shape ?? [0]) / channels);
  return side % 2 === 1 ? side : fallback;
}

/** x.chunk(parts, 1)[index] */
function chunk(scope: Scope, x: Value, parts: number, index: number): Value {
  const size = channelsOf(x) / parts;
  return scope.op("Slice", [x], { starts: [index * size], ends: [(index + 1) * size], axes: [1] });
}

/** softmax(qᵀ k * scale + bias), applied to v. q, k: [n,key,tokens], v: [n,value,tokens] -> [n,value,tokens] */
function attend(scope: Scope, [q, k, v]: readonly [Value, Value, Value], bias: Value): Value {
  const scores = scope.op("MatMul", [permute(scope, q, [0, 2, 1]), k]);
  const scaled = scope.op("Mul", [scores, scalar(channelsOf(q) ** -0.5, "scale")]);
  const weights = scope.op("Softmax", [scope.op("Add", [scaled, bias])], { axis: -1 });
  return scope.op("MatMul", [v, permute(scope, weights, [0, 2, 1])]);
}

/**
 * Heads one after the other, each taking the output of the one before. x: [n,c,h,w] -> [n,c,h,w] with h * w = side².
 * CascadedGroupAttention
 */
export function cascadedGroupAttention(scope: Scope, x: Value, stage: StageSettings, side: number): Value {
  const [n, c, h, w] = mapSizes(x);
  const { heads, keyWidth, valueWidth } = stage;
  const table = biasTable(scope, heads, side);
  const [qkvs, dws] = [scope.child("qkvs"), scope.child("dws")];
  const outputs: Value[] = [];
  const kernels: number[] = [];
  for (let head = 0; head < heads; head++) {
    const part = chunk(scope, x, heads, head);
    const before = outputs.at(-1);
    const input = before ? scope.op("Add", [before, part]) : part;
    const qkv = convBn(qkvs.child(String(head)), input, 2 * keyWidth + valueWidth, { randomScale: IN_SOFTMAX });
    const [q, k, v] = split(scope, qkv, [keyWidth, keyWidth, valueWidth], 1) as [Value, Value, Value];
    const depthwise = dws.child(String(head));
    const kernel = queryKernel(depthwise, keyWidth, stage.kernels[head]!);
    kernels.push(kernel);
    const mixed = convBn(depthwise, q, keyWidth, { k: kernel, p: (kernel - 1) / 2, g: keyWidth });
    const [query, key, value] = [mixed, k, v].map((part) =>
      reshape(scope, part, [n, channelsOf(part), multiplySizes(h, w)]),
    ) as [Value, Value, Value];
    const index = constantValue({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(head)) }, "head");
    const attended = attend(scope, [query, key, value], scope.op("Gather", [table, index], { axis: 0 }));
    outputs.push(reshape(scope, attended, [n, valueWidth, h, w]));
  }
  noteKernels(scope, kernels, stage.kernels);
  const proj = scope.child("proj");
  return convBn(proj.child("1"), relu(proj.child("0"), concat(scope, outputs)), c, { randomScale: IN_RESIDUAL });
}

function noteKernels(scope: Scope, found: readonly number[], expected: readonly number[]): void {
  if (found.join() === expected.join()) return;
  scope.note(
    "efficientvit/kernels",
    `the weights have query kernels ${found.join(", ")}, the yaml ${expected.join(", ")}; those of the weights are taken`,
  );
}
