import { areFixed, elementCount, sameSize } from "@yolo-compile/core";
import { fixedSize, type Node, pixelwiseInputs, type Value } from "@yolo-compile/ir";
import { isMiss, miss, rule, soleFeeder } from "../rule.js";

/** The time of moving an element through memory, in multiply-adds. */
const MOVED = 32;

/** Whether a Resize gives each pixel of its output one of its input, all channels alike. */
function repeatsPixels({ inputs, outputs, attributes: { mode, scales } }: Node<"Resize">): boolean {
  const [before, after] = [inputs[0]!.type.shape, outputs[0]!.type.shape];
  const keeps = (axis: number): boolean =>
    scales.length > 0 ? scales[axis] === 1 : sameSize(before[axis], after[axis]);
  return mode === "nearest" && before.length === 4 && keeps(0) && keeps(1);
}

/** Pixels of the output for each of the input; undefined where open sizes do not tell. */
function growthOf({ inputs, outputs, attributes: { scales } }: Node<"Resize">): number | undefined {
  if (scales.length > 0) return scales.reduce((product, scale) => product * scale, 1);
  const [before, after] = [inputs[0]!.type.shape, outputs[0]!.type.shape];
  return areFixed(before) && areFixed(after) ? elementCount(after) / elementCount(before) : undefined;
}

/** Whether the multiply-adds that are saved outweigh what more is moved; both for each pixel of the larger map. */
function isCheaper(node: Node<"Conv">, growth: number, isAlone: boolean): boolean {
  const [x, weight] = node.inputs as [Value, Value];
  const [filters, perGroup] = weight.type.shape as [number, number]; // a Conv's weight has fixed sizes
  const saved = filters * perGroup * (1 - 1 / growth);
  const moved = filters - (isAlone ? fixedSize(x, 1) : 0);
  return saved > 0 && saved > MOVED * moved;
}

/** The Resize for a map of that many channels. */
function forChannels({ attributes }: Node<"Resize">, channels: number): Node<"Resize">["attributes"] {
  return { ...attributes, sizes: attributes.sizes.map((size, axis) => (axis === 1 ? channels : size)) };
}

/** W up(x) + b = up(W x + b), for a 1x1 convolution and an up that repeats pixels: the sums are made once for all copies. */
export const moveConvBeforeResize = rule("move-conv-before-resize", ["Conv"], (node, context, { replace }) => {
  const [resized, weight, bias] = node.inputs as [Value, Value, Value | undefined];
  const resize = context.producer(resized);
  if (resize?.op !== "Resize") return miss("no Resize feeds it");
  if (!repeatsPixels(resize)) return miss("the Resize does more than repeat pixels");
  if (!pixelwiseInputs(node).includes(0)) return miss("the Conv takes more than one pixel");
  const growth = growthOf(resize);
  if (growth === undefined) return miss("how much the map grows is open");
  const isAlone = !isMiss(soleFeeder(context, resized, node));
  if (!isCheaper(node, growth, isAlone)) return miss("it costs more on the smaller map");
  return replace(
    node,
    (emit) => {
      const inputs = [resize.inputs[0], weight, ...(bias ? [bias] : [])];
      const sums = emit("Conv", inputs, node.attributes, node);
      return emit("Resize", [sums], forChannels(resize, fixedSize(sums, 1)), resize);
    },
    isAlone ? [resize] : [],
  );
});
