import type { ValueType } from "@yolo-compile/core";
import { int, ints, type OpContext, type OpSchema, op } from "../schema.js";
import { FLOATS, floatSupport } from "../support.js";
import { ranked } from "./context.js";
import { sizes, slide } from "./window.js";

const WINDOW = { kernel_shape: ints(), pads: ints([0, 0, 0, 0]), strides: ints([1, 1]), ceil_mode: int(0) };

function inferPool(node: OpContext<typeof WINDOW>): ValueType[] {
  const x = ranked(node, 0, 4);
  const spatial = slide(node, node.attributes, sizes(node, "kernel_shape", node.attributes.kernel_shape, 2, 1));
  return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...spatial] }];
}

/** Ops that make one pixel of many. */
export const POOLING = {
  MaxPool: op({
    support: {
      types: [
        [11, FLOATS],
        [12, ["i8", "u8"]],
        [22, ["bf16"]],
      ],
    },
    inputs: [1, 1],
    attributes: { ...WINDOW, dilations: ints([1, 1]) },
    infer: inferPool,
  }),
  AveragePool: op({
    support: floatSupport(22),
    inputs: [1, 1],
    attributes: { ...WINDOW, count_include_pad: int(0) },
    infer: inferPool,
  }),
  GlobalAveragePool: op({
    support: floatSupport(22),
    inputs: [1, 1],
    attributes: {},
    traits: { sums: "mean" },
    infer: (node) => {
      const x = ranked(node, 0, 4);
      return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, 1, 1] }];
    },
  }),
} satisfies Record<string, OpSchema>;
