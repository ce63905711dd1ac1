import { elementCount, multiplySizes } from "@yolo-compile/core";
import { fixedSize, type Value } from "@yolo-compile/ir";
import { activationDefinitions } from "./activations.js";
import type { Arguments } from "./arguments.js";
import {
  defineModule,
  type ModuleDefinition,
  type ModuleTable,
  moduleTable,
  planScaled,
  planUnchanged,
} from "./definition.js";
import {
  avgPool2d,
  batchNorm2d,
  convTranspose2d,
  elementsOf,
  globalAvgPool2d,
  maxPool2d,
  pad2d,
  reshape,
  softmax,
  type UpsampleMode,
  upsample,
} from "./nn.js";
import { isList } from "./python.js";
import type { Scope } from "./trace.js";

/** A layer that takes its arguments as they stand in the yaml and keeps the number of channels. */
const layer = <const Name extends string>(
  type: string,
  signature: readonly Name[],
  build: (scope: Scope, x: Value, args: Arguments<Name>) => Value,
): ModuleDefinition => defineModule({ type: `torch.nn.modules.${type}`, signature, plan: planUnchanged, build });

const noOp = (type: string, signature: readonly string[] = []): ModuleDefinition => layer(type, signature, (_, x) => x);

function scalesOf(a: Arguments<"size" | "scale_factor">, x: Value): readonly [number, number] {
  if (a.has("size")) {
    const [height, width] = a.pair("size");
    return [height / fixedSize(x, 2), width / fixedSize(x, 3)];
  }
  const factors = a.value("scale_factor");
  if (factors !== undefined && isList(factors)) return a.pair("scale_factor");
  const factor = a.number("scale_factor");
  return [factor, factor];
}

function upsampleMode(a: Arguments<"mode">): UpsampleMode {
  const mode = a.text("mode", "nearest");
  if (mode === "nearest" || mode === "bilinear" || mode === "bicubic") return mode;
  throw a.error("mode", "nearest, bilinear or bicubic");
}

/** One pad for all sides, or left, right, top, bottom. */
const padding = (a: Arguments<"padding">): readonly number[] => {
  const value = a.value("padding");
  if (value === undefined || !isList(value)) return Array<number>(4).fill(a.int("padding"));
  const pads = a.ints("padding");
  if (pads.length !== 4) throw a.error("padding", "an integer, or left, right, top, bottom");
  return pads;
};

/** A pooling's stride is its kernel's size where None or left out. */
const window = (a: Arguments<"kernel_size" | "stride" | "padding" | "ceil_mode">) => ({
  k: a.pair("kernel_size"),
  s: a.pair(a.has("stride") ? "stride" : "kernel_size"),
  p: a.pair("padding", 0),
  ceil: a.bool("ceil_mode", false),
});

/** x: [n,c*r*r,h,w] -> [n,c,h*r,w*r], channels first within a block as PyTorch has them. */
const pixelShuffle = (scope: Scope, x: Value, factor: number): Value =>
  scope.op("DepthToSpace", [x], { blocksize: factor, mode: "CRD" });

/** AdaptiveAvgPool2d for output sizes that divide the input's. */
function adaptiveAvgPool(scope: Scope, x: Value, a: Arguments<"output_size">): Value {
  const [height, width] = a.pair("output_size");
  if (height === 1 && width === 1) return globalAvgPool2d(scope, x);
  const [h, w] = [fixedSize(x, 2), fixedSize(x, 3)];
  if (h % height !== 0 || w % width !== 0) throw a.error("output_size", `a divisor of the map's size ${h}x${w}`);
  const size = [h / height, w / width] as const;
  const y = avgPool2d(scope, x, { k: size, s: size });
  scope.macs(multiplySizes(elementsOf(y), elementCount(size)));
  return y;
}

/** Pixels of a row of windows side by side: torch.nn.Flatten of a map. */
const flatten = (scope: Scope, x: Value): Value => reshape(scope, x, [x.type.shape[0]!, -1]);

const LAYERS = moduleTable({
  "nn.Upsample": layer("upsampling.Upsample", ["size", "scale_factor", "mode", "align_corners"], (scope, x, a) =>
    upsample(scope, x, scalesOf(a, x), upsampleMode(a), a.value("align_corners") === true),
  ),
  "nn.UpsamplingNearest2d": layer("upsampling.UpsamplingNearest2d", ["size", "scale_factor"], (scope, x, a) =>
    upsample(scope, x, scalesOf(a, x), "nearest"),
  ),
  "nn.UpsamplingBilinear2d": layer("upsampling.UpsamplingBilinear2d", ["size", "scale_factor"], (scope, x, a) =>
    upsample(scope, x, scalesOf(a, x), "bilinear", true),
  ),
  "nn.MaxPool2d": layer(
    "pooling.MaxPool2d",
    ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
    (scope, x, a) => maxPool2d(scope, x, { ...window(a), d: a.pair("dilation", 1) }),
  ),
  "nn.AvgPool2d": layer(
    "pooling.AvgPool2d",
    ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"],
    (scope, x, a) => avgPool2d(scope, x, { ...window(a), countPadding: a.bool("count_include_pad", true) }),
  ),
  "nn.AdaptiveAvgPool2d": layer("pooling.AdaptiveAvgPool2d", ["output_size"], adaptiveAvgPool),
  "nn.ZeroPad2d": layer("padding.ZeroPad2d", ["padding"], (scope, x, a) => pad2d(scope, x, padding(a))),
  "nn.ConstantPad2d": layer("padding.ConstantPad2d", ["padding", "value"], (scope, x, a) =>
    pad2d(scope, x, padding(a), "constant", a.number("value")),
  ),
  "nn.ReflectionPad2d": layer("padding.ReflectionPad2d", ["padding"], (scope, x, a) =>
    pad2d(scope, x, padding(a), "reflect"),
  ),
  "nn.ReplicationPad2d": layer("padding.ReplicationPad2d", ["padding"], (scope, x, a) =>
    pad2d(scope, x, padding(a), "edge"),
  ),
  "nn.PixelShuffle": layer("pixelshuffle.PixelShuffle", ["upscale_factor"], (scope, x, a) =>
    pixelShuffle(scope, x, a.int("upscale_factor")),
  ),
  "nn.Flatten": layer("flatten.Flatten", [], flatten),
  "nn.Softmax2d": layer("activation.Softmax2d", [], (scope, x) => scope.op("Softmax", [x], { axis: 1 })),
  "nn.Softmax": layer("activation.Softmax", ["dim"], (scope, x, a) => softmax(scope, x, a.int("dim", 1))),
  "nn.Dropout": noOp("dropout.Dropout", ["p", "inplace"]),
  "nn.Dropout2d": noOp("dropout.Dropout2d", ["p", "inplace"]),
  "nn.Identity": noOp("linear.Identity"),
  "nn.ConvTranspose2d": defineModule({
    type: "torch.nn.modules.conv.ConvTranspose2d",
    signature: ["c1", "c2", "kernel_size", "stride", "padding", "output_padding", "groups", "bias", "dilation"],
    plan: planScaled,
    build: (scope, x, a) =>
      convTranspose2d(scope, x, a.int("c2"), {
        k: a.pair("kernel_size"),
        s: a.pair("stride", 1),
        p: a.pair("padding", 0),
        outputPadding: a.pair("output_padding", 0),
        g: a.int("groups", 1),
        bias: a.bool("bias", true),
        d: a.pair("dilation", 1),
      }),
  }),
  "nn.BatchNorm2d": defineModule({
    type: "torch.nn.modules.batchnorm.BatchNorm2d",
    signature: ["num_features"],
    // parse_model leaves the output channels of the row before in place.
    plan: ({ inputs, previousChannels, repeats }) => ({
      args: [inputs[0]!],
      channels: previousChannels,
      copies: repeats,
    }),
    build: (scope, x) => batchNorm2d(scope, x),
  }),
});

/** Layers of torch.nn that a yaml may name directly. */
export const TORCH_MODULES: ModuleTable = new Map([...activationDefinitions(), ...LAYERS]);
