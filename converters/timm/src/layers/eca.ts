import { multiplySizes } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { mapSizes, reshape, type Scope } from "@yolo-compile/network";
import { sigmoid } from "./activation.js";
import { meanOfMap } from "./squeeze-excite.js";

/** The size of the kernel over channels: about half the binary logarithm of their number, odd, at least 3. */
function kernelSize(channels: number): number {
  const half = Math.trunc((Math.log2(channels) + 1) / 2);
  return Math.max(half % 2 === 1 ? half : half + 1, 3);
}

/** x * sigmoid(a convolution over the channels of mean(x)). EcaModule */
export function efficientChannelAttention(scope: Scope, x: Value): Value {
  const [n, c] = mapSizes(x);
  const k = kernelSize(c);
  const inner = scope.child("conv");
  const weight = inner.parameter("weight", [1, 1, k]);
  const pads = [(k - 1) / 2, (k - 1) / 2];
  const line = reshape(scope, meanOfMap(scope, x), [n, 1, c]);
  const mixed = inner.op("Conv", [line, weight], { strides: [1], dilations: [1], pads });
  inner.macs(multiplySizes(n, c * k));
  return scope.op("Mul", [x, reshape(scope, sigmoid(scope.child("gate"), mixed), [n, c, 1, 1])]);
}
