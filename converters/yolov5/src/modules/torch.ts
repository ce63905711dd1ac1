import type { Value } from "@yolo-compile/ir";
import {
  type Arguments,
  activationNames,
  applyActivation,
  argumentError,
  avgPool2d,
  batchNorm2d,
  globalAvgPool2d,
  isList,
  type ModuleDefinition,
  maxPool2d,
  pad2d,
  planUnchanged,
  reshape,
  type Scope,
  type UpsampleMode,
  upsample,
} from "@yolo-compile/network";

type Build = ModuleDefinition["build"];

const layer = (file: string, name: string, signature: readonly string[], build: Build): [string, ModuleDefinition] => [
  `nn.${name}`,
  { type: `torch.nn.modules.${file}.${name}`, signature, plan: planUnchanged, build },
];

function scalesOf(a: Arguments, x: Value): readonly [number, number] {
  const [, , h, w] = x.type.shape as [number, number, number, number];
  if (a.values[0] !== null && a.has(0)) {
    const [height, width] = a.pair(0);
    return [height / h, width / w];
  }
  const factors = a.values[1];
  if (factors !== undefined && isList(factors)) return a.pair(1);
  const factor = a.number(1);
  return [factor, factor];
}

function upsampleMode(a: Arguments): UpsampleMode {
  const mode = a.text(2, "nearest");
  if (mode === "nearest" || mode === "bilinear" || mode === "bicubic") return mode;
  throw argumentError(a.module, "mode", mode, "nearest, bilinear or bicubic", a.where);
}

/** One pad for all sides, or left, right, top, bottom. */
const padding = (a: Arguments): readonly number[] => {
  const value = a.values[0];
  return value !== undefined && isList(value) ? a.ints(0) : Array<number>(4).fill(a.int(0));
};

const noOp = (file: string, name: string, signature: readonly string[]): [string, ModuleDefinition] =>
  layer(file, name, signature, (_, [x]) => x!);

/** x: [n,c*r*r,h,w] -> [n,c,h*r,w*r], channels first within a block as PyTorch has them. */
const pixelShuffle = (scope: Scope, x: Value, factor: number): Value =>
  scope.op("DepthToSpace", [x], { blocksize: factor, mode: "CRD" });

/** AdaptiveAvgPool2d for output sizes that divide the input's. */
function adaptiveAvgPool(scope: Scope, x: Value, a: Arguments): Value {
  const [height, width] = a.pair(0);
  const [, , h, w] = x.type.shape as [number, number, number, number];
  if (height === 1 && width === 1) return globalAvgPool2d(scope, x);
  if (h % height !== 0 || w % width !== 0)
    throw argumentError(a.module, "output_size", a.values[0], `a divisor of the map's size ${h}x${w}`, a.where);
  const window = [h / height, w / width] as const;
  return avgPool2d(scope, x, { k: window, s: window });
}

/** Pixels of a row of windows side by side: torch.nn.Flatten of a map. */
const flatten = (scope: Scope, x: Value): Value => reshape(scope, x, [x.type.shape[0]!, -1]);

const activations = activationNames().map((name): [string, ModuleDefinition] => [
  `nn.${name}`,
  {
    type: `torch.nn.modules.activation.${name}`,
    signature: ["a", "b", "c"],
    plan: planUnchanged,
    build: (scope, [x], a) => applyActivation(scope, x!, { call: `nn.${name}`, args: a.values, keywords: new Map() }),
  },
]);

/** Layers of torch.nn that a yaml may name directly. */
export const TORCH_MODULES: readonly (readonly [string, ModuleDefinition])[] = [
  ...activations,
  layer("upsampling", "Upsample", ["size", "scale_factor", "mode", "align_corners"], (scope, [x], a) =>
    upsample(scope, x!, scalesOf(a, x!), upsampleMode(a), a.values[3] === true),
  ),
  layer("upsampling", "UpsamplingNearest2d", ["size", "scale_factor"], (scope, [x], a) =>
    upsample(scope, x!, scalesOf(a, x!), "nearest"),
  ),
  layer("upsampling", "UpsamplingBilinear2d", ["size", "scale_factor"], (scope, [x], a) =>
    upsample(scope, x!, scalesOf(a, x!), "bilinear", true),
  ),
  layer(
    "pooling",
    "MaxPool2d",
    ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
    (scope, [x], a) =>
      maxPool2d(scope, x!, {
        k: a.pair(0),
        s: a.values[1] == null ? a.pair(0) : a.pair(1),
        p: a.pair(2, 0),
        d: a.pair(3, 1),
        ceil: a.bool(5, false),
      }),
  ),
  layer(
    "pooling",
    "AvgPool2d",
    ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"],
    (scope, [x], a) =>
      avgPool2d(scope, x!, {
        k: a.pair(0),
        s: a.values[1] == null ? a.pair(0) : a.pair(1),
        p: a.pair(2, 0),
        ceil: a.bool(3, false),
        countPadding: a.bool(4, true),
      }),
  ),
  layer("pooling", "AdaptiveAvgPool2d", ["output_size"], (scope, [x], a) => adaptiveAvgPool(scope, x!, a)),
  layer("padding", "ZeroPad2d", ["padding"], (scope, [x], a) => pad2d(scope, x!, padding(a))),
  layer("padding", "ConstantPad2d", ["padding", "value"], (scope, [x], a) =>
    pad2d(scope, x!, padding(a), "constant", a.number(1)),
  ),
  layer("padding", "ReflectionPad2d", ["padding"], (scope, [x], a) => pad2d(scope, x!, padding(a), "reflect")),
  layer("padding", "ReplicationPad2d", ["padding"], (scope, [x], a) => pad2d(scope, x!, padding(a), "edge")),
  layer("pixelshuffle", "PixelShuffle", ["upscale_factor"], (scope, [x], a) => pixelShuffle(scope, x!, a.int(0))),
  layer("flatten", "Flatten", [], (scope, [x]) => flatten(scope, x!)),
  layer("activation", "Softmax2d", [], (scope, [x]) => scope.op("Softmax", [x!], { axis: 1 })),
  layer("activation", "Softmax", ["dim"], (scope, [x], a) => scope.op("Softmax", [x!], { axis: a.int(0, 1) })),
  noOp("dropout", "Dropout", ["p", "inplace"]),
  noOp("dropout", "Dropout2d", ["p", "inplace"]),
  noOp("linear", "Identity", []),
  [
    "nn.BatchNorm2d",
    {
      type: "torch.nn.modules.batchnorm.BatchNorm2d",
      signature: ["num_features"],
      // parse_model leaves the output channels of the row before in place.
      plan: ({ inputs, previousChannels, repeats }) => ({
        args: [inputs[0]!],
        channels: previousChannels,
        copies: repeats,
      }),
      build: (scope, [x]) => batchNorm2d(scope, x!),
    },
  ],
];
