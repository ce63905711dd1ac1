import { channelsOf, concat, conv2d, defineModule, planUnchanged, split } from "yolo-compile/modules";

const mean = (scope, x, axes) => scope.op("ReduceMean", [x], { axes });
const max = (scope, x, axes) => scope.op("ReduceMax", [x], { axes });

/** A small network sees each channel's mean and its maximum, and says how much the channel counts. x: [n,c,h,w] -> [n,c,1,1] */
function channelAttention(scope, x, reduction) {
  const c = channelsOf(x);
  // The two are pixels of one map, [n,c,2,1]: the same weights see both.
  const seen = concat(scope, [mean(scope, x, [2, 3]), max(scope, x, [2, 3])], 2);
  const hidden = scope.op("Relu", [conv2d(scope.child("fc1"), seen, c / reduction, { bias: false })]);
  const [a, b] = split(scope, conv2d(scope.child("fc2"), hidden, c, { bias: false }), [1, 1], 2);
  return scope.op("Sigmoid", [scope.op("Add", [a, b])]);
}

/** A convolution sees each pixel's mean and its maximum over the channels. x: [n,c,h,w] -> [n,1,h,w] */
function spatialAttention(scope, x, k) {
  const seen = concat(scope, [mean(scope, x, [1]), max(scope, x, [1])]);
  return scope.op("Sigmoid", [conv2d(scope.child("conv"), seen, 1, { k, p: (k - 1) / 2, bias: false })]);
}

/** Convolutional Block Attention Module (arXiv 1807.06521). x: [n,c,h,w] -> [n,c,h,w] */
const CBAM = defineModule({
  type: "models.common.CBAM",
  signature: ["reduction", "kernel_size"],
  plan: planUnchanged,
  build: (scope, x, args) => {
    const reduction = args.int("reduction", 16);
    if (reduction < 1 || channelsOf(x) % reduction !== 0)
      throw args.error("reduction", `a divisor of the ${channelsOf(x)} channels`);
    const counted = scope.op("Mul", [x, channelAttention(scope.child("channel"), x, reduction)]);
    return scope.op("Mul", [counted, spatialAttention(scope.child("spatial"), counted, args.int("kernel_size", 7))]);
  },
});

export const modules = { CBAM };
